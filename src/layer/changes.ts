/**
 * What changed in a root file system since its manifest was written. The decision is umoci's: all ten keywords of every
 * file are compared. Contents are read only where the rest is equal and the index does not know them.
 */

import { byteString } from "../codec/byte-string.ts";
import type { HashIndex, Known } from "../codec/hash-index.ts";
import { hexOf } from "../codec/hex.ts";
import { compareValues, type Delta, sortDeltas } from "../codec/mtree/compare.ts";
import { type FileType, KEYWORDS, type TreeFile, valuesOf, type Xattr } from "../codec/mtree/file.ts";
import { type Line, type Manifest, valuesOfLine } from "../codec/mtree/read.ts";
import { leadingWords, trailingWords } from "../codec/mtree/write.ts";
import { readlinkBytes } from "../linux/link.ts";
import { type Stat, TYPE } from "../linux/stat.ts";
import { attributesOf } from "./attributes.ts";
import { hashContent } from "./file-content.ts";
import type { HashRecords } from "./hash-records.ts";
import { type Place, walkTree } from "./tree-walk.ts";

const ALL: ReadonlySet<string> = new Set(KEYWORDS);
const NO_ATTRIBUTES: readonly Xattr[] = [];
const SHA256 = " sha256digest=";
const HEX_DIGITS = 64;

export interface HashOptions {
  /** What is known of files, asked in the order of the walk; without it every content is read. */
  readonly index?: HashIndex | undefined;
  /** Takes what was learned, for the next time. */
  readonly records?: HashRecords | undefined;
}

export interface ChangeOptions extends HashOptions {
  readonly manifest: Manifest;
  /** Whether the tree is wanted, with the hash of every file, for a new manifest. */
  readonly complete: boolean;
}

export interface Changes {
  /** Sorted by path. */
  readonly deltas: Delta[];
  /** The root file system as it is, if it was wanted. */
  readonly tree: TreeFile | undefined;
}

/** Walks the root file system that is open as `root`. Throws LinuxError, and `Failure` `file_changed`. */
export function findChanges(root: number, options: ChangeOptions): Changes {
  const { manifest, complete } = options;
  const deltas: Delta[] = [];
  const seen = new Set<string>();
  const tree = walkTree<TreeFile | undefined>(root, {
    leave(place, children) {
      const { path } = place;
      const line = manifest.get(path);
      const file = factsOf(place);
      const look = new Look(place, file, options);
      if (line === undefined) deltas.push({ path, kind: "extra", keys: [] });
      else {
        seen.add(path);
        const keys = look.isAsIn(line) ? [] : look.differences(line);
        if (keys.length > 0) deltas.push({ path, kind: "modified", keys });
      }
      if (!complete) return undefined;
      const all = look.whole();
      return children === undefined ? all : { ...all, children: children.filter((one) => one !== undefined) };
    },
  });
  if (seen.size < manifest.size) {
    for (const path of manifest.keys()) {
      if (!seen.has(path)) deltas.push({ path, kind: "missing", keys: [] });
    }
  }
  return { deltas: sortDeltas(deltas), tree };
}

/** A file with its hash, for a manifest. Throws LinuxError, and `Failure` `file_changed`. */
export function describeFile(place: Place, options: HashOptions): TreeFile {
  return new Look(place, factsOf(place), { ...options, complete: true }).whole();
}

/** The whole tree with all hashes, compared with nothing. Throws LinuxError, and `Failure` `file_changed`. */
export function describeTree(root: number, options: HashOptions): TreeFile {
  return walkTree<TreeFile>(root, {
    leave(place, children) {
      const file = new Look(place, factsOf(place), { ...options, complete: true }).whole();
      return children === undefined ? file : { ...file, children };
    },
  });
}

/** A file that is being looked at; what takes time is found out when it is asked for. */
class Look {
  readonly #place: Place;
  readonly #facts: TreeFile;
  readonly #options: HashOptions & { readonly complete: boolean };
  readonly #known: Known | undefined;
  #xattrs: readonly Xattr[] | undefined;
  #sha256: string | undefined;

  constructor(place: Place, facts: TreeFile, options: HashOptions & { readonly complete: boolean }) {
    this.#place = place;
    this.#facts = facts;
    this.#options = options;
    if (facts.type !== "file") return;
    this.#known = options.index?.find(place.path, place.stat);
    if (this.#known !== undefined) options.records?.keep(this.#known);
  }

  /** Whether the manifest would have this very line for it. */
  isAsIn({ words, defaults: { owner } }: Line): boolean {
    if (owner === undefined) return false;
    const lead = leadingWords(this.#facts, owner);
    if (!words.startsWith(lead)) return false;
    if (this.#facts.type !== "file") return words.length === lead.length + this.#tail(lead, words);
    const hashAt = lead.length + SHA256.length;
    const end = hashAt + HEX_DIGITS;
    if (!words.startsWith(SHA256, lead.length)) return false;
    if (words.slice(end) !== trailingWords({ ...this.#facts, xattrs: this.#attributes() })) return false;
    const wanted = words.slice(hashAt, end);
    return this.#known?.hasHash(wanted) ?? wanted === this.#hash();
  }

  /** Length of the words for its attributes, when `words` has them after `lead`; -1 when not. */
  #tail(lead: string, words: string): number {
    const tail = trailingWords({ ...this.#facts, xattrs: this.#attributes() });
    return words.startsWith(tail, lead.length) ? tail.length : -1;
  }

  /** The keywords that differ. The content is read only when nothing else does. */
  differences(line: Line) {
    const expected = valuesOfLine(line);
    const sha256 = expected.get("sha256digest");
    const file = { ...this.#facts, xattrs: this.#attributes() };
    if (this.#facts.type !== "file") return compareValues(expected, valuesOf(file), ALL);
    const others = compareValues(expected, valuesOf({ ...file, sha256 }), ALL);
    if (others.length > 0 && this.#known === undefined && !this.#options.complete) return others;
    return compareValues(expected, valuesOf({ ...file, sha256: this.#hash() }), ALL);
  }

  whole(): TreeFile {
    const xattrs = this.#attributes();
    return this.#facts.type === "file"
      ? { ...this.#facts, xattrs, sha256: this.#hash() }
      : { ...this.#facts, xattrs };
  }

  #attributes(): readonly Xattr[] {
    const { type } = this.#facts;
    const none = (type !== "file" && type !== "dir") || this.#known?.attributes === false;
    this.#xattrs ??= none ? NO_ATTRIBUTES : attributesOf(this.#place);
    return this.#xattrs;
  }

  #hash(): string {
    if (this.#sha256 !== undefined) return this.#sha256;
    if (this.#known !== undefined) this.#sha256 = this.#known.sha256;
    else {
      const digest = hashContent(this.#place);
      this.#sha256 = hexOf(digest);
      const { path, stat } = this.#place;
      this.#options.records?.add(path, stat, digest, this.#attributes().length > 0);
    }
    return this.#sha256;
  }
}

/** What lstat and readlink say. */
export function factsOf(place: Place): TreeFile {
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
  };
}

function typeOf({ mode }: Stat): FileType {
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
