/**
 * What changed in a root file system since its manifest was written. The decision is umoci's: all ten keywords of every
 * file are compared. Contents are read only where the rest is equal and the index does not know them.
 */

import { byteString } from "../codec/byte-string.ts";
import type { FileState, HashIndexWriter, Known } from "../codec/hash-index.ts";
import { bytesOf, hexOf } from "../codec/hex.ts";
import { compareValues, type Delta, sortDeltas } from "../codec/mtree/compare.ts";
import { type FileType, KEYWORDS, type TreeFile, type Values, valuesOf } from "../codec/mtree/file.ts";
import { readlinkBytes } from "../linux/link.ts";
import { type Stat, TYPE } from "../linux/stat.ts";
import { attributesOf } from "./attributes.ts";
import { hashContent } from "./file-content.ts";
import { type Place, walkTree } from "./tree-walk.ts";

const ALL: ReadonlySet<string> = new Set(KEYWORDS);
const NO_ATTRIBUTES: TreeFile["xattrs"] = [];

/** Who may know the hash of a file without reading it: the index beside a bundle, or who has just unpacked it. */
export interface KnownHashes {
  find(path: string, state: FileState): Known | undefined;
}

export interface ChangeOptions {
  /** What the manifest says, by path. */
  readonly manifest: ReadonlyMap<string, Values>;
  /** Hashes that are known; without it every content is read. */
  readonly index?: KnownHashes | undefined;
  /** Takes what was learned, for the next time. */
  readonly records?: HashIndexWriter | undefined;
  /** Whether `tree` must have the hash of every file, for a new manifest. */
  readonly complete: boolean;
}

export interface Changes {
  /** Sorted by path. */
  readonly deltas: Delta[];
  /** The root file system as it is. */
  readonly tree: TreeFile;
}

/** Walks the root file system that is open as `root`. Throws LinuxError, and `Failure` `file_changed`. */
export function findChanges(root: number, options: ChangeOptions): Changes {
  const { manifest } = options;
  const deltas: Delta[] = [];
  const seen = new Set<string>();
  const tree = walkTree<TreeFile>(root, {
    leave(place, children) {
      const { path } = place;
      const expected = manifest.get(path);
      const { file, differs } = describe(place, children, expected, options);
      if (expected === undefined) deltas.push({ path, kind: "extra", keys: [] });
      else {
        seen.add(path);
        const keys = differs ? compareValues(expected, valuesOf(file), ALL) : [];
        if (keys.length > 0) deltas.push({ path, kind: "modified", keys });
      }
      return file;
    },
  });
  if (seen.size < manifest.size) {
    for (const path of manifest.keys()) {
      if (!seen.has(path)) deltas.push({ path, kind: "missing", keys: [] });
    }
  }
  return { deltas: sortDeltas(deltas), tree };
}

/** The file with its hash and attributes, as far as they are needed to tell whether it differs. */
function describe(
  place: Place,
  children: TreeFile[] | undefined,
  expected: Values | undefined,
  { index, records, complete }: ChangeOptions,
): { file: TreeFile; differs: boolean } {
  const { stat, path } = place;
  const plain = factsOf(place, children);
  if (plain.type !== "file") {
    const file = plain.type === "dir" ? { ...plain, xattrs: attributesOf(place) } : plain;
    return { file, differs: expected === undefined || !agrees(file, expected) };
  }
  const known = index?.find(path, stat);
  const xattrs = known?.attributes === false ? NO_ATTRIBUTES : attributesOf(place);
  let file: TreeFile = { ...plain, xattrs };
  const wanted = expected?.get("sha256digest");
  if (known !== undefined) file = { ...file, sha256: known.sha256 };
  else if (complete || (expected !== undefined && agrees({ ...file, sha256: wanted }, expected))) {
    file = { ...file, sha256: hexOf(hashContent(place)) };
  }
  if (file.sha256 !== undefined) {
    records?.add(path, stat, bytesOf(file.sha256) ?? new Uint8Array(32), (xattrs?.length ?? 0) > 0);
  }
  return { file, differs: expected === undefined || !agrees(file, expected) };
}

/** Whether the values of the file are exactly those, without making a list of them: most files did not change. */
function agrees(file: TreeFile, expected: Values): boolean {
  const { link, sha256, xattrs } = file;
  if (link !== undefined || (xattrs?.length ?? 0) > 0) return false;
  let count = 7;
  if (sha256 !== undefined) count++;
  return (
    expected.size === count &&
    expected.get("size") === String(file.size) &&
    expected.get("type") === file.type &&
    expected.get("uid") === String(file.uid) &&
    expected.get("gid") === String(file.gid) &&
    expected.get("nlink") === String(file.nlink) &&
    expected.get("tar_time") === `${file.mtime}.000000000` &&
    expected.get("sha256digest") === sha256 &&
    Number.parseInt(expected.get("mode") ?? "", 8) === file.mode
  );
}

/** What lstat and readlink say. */
export function factsOf(place: Place, children?: TreeFile[]): TreeFile {
  const { stat, path } = place;
  const type = typeOf(stat);
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    type,
    size: stat.size,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    nlink: stat.links,
    link: type === "link" ? byteString(readlinkBytes(place.name, place.dir)) : undefined,
    mtime: stat.mtimeSeconds,
    children,
  };
}

export function typeOf({ mode }: Stat): FileType {
  switch (mode & TYPE.mask) {
    case TYPE.directory:
      return "dir";
    case TYPE.link:
      return "link";
    case TYPE.fifo:
      return "fifo";
    case TYPE.characterDevice:
      return "char";
    case TYPE.blockDevice:
      return "block";
    case TYPE.socket:
      return "socket";
    default:
      return "file";
  }
}
