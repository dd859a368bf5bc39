/**
 * What one side of a comparison holds: the root file system that the layers of an image make, or that of a bundle, with the
 * owners that it has inside a container.
 */

import { byteString, bytesOfString } from "../codec/byte-string.ts";
import { cutTag } from "../codec/image/tag.ts";
import { type TreeFile, type Values, valuesOf } from "../codec/mtree/file.ts";
import type { TarEntry, TarType } from "../codec/tar/entry.ts";
import { HOST_ATTRIBUTES } from "../layer/attributes.ts";
import { describeTree } from "../layer/changes.ts";
import { readHashIndex } from "../layer/hash-index-file.ts";
import { treeOf } from "../layer/merge-layers.ts";
import { ownerInside, ROOTLESS_XATTR } from "../layer/owner-inside.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { O, open, openAt } from "../linux/open.ts";
import { exists } from "../linux/stat.ts";
import { withLayout } from "../media/layout.ts";
import type { TreeNode } from "../rules/image/layered-tree.ts";
import { Failure } from "../spec/failure.ts";
import type { ImageConfig } from "../spec/image.ts";
import { withLayers } from "./image-layers.ts";
import { readUmociMetadata, UMOCI_JSON } from "./umoci-metadata.ts";
import { unpackableImage } from "./unpack-image.ts";

export interface Side {
  /** By path, a byte string. Of directories without size, and of nothing the count of its links. */
  readonly values: Map<string, Values>;
  /** Directories that no layer has an entry for. */
  readonly undescribed: Set<string>;
  /** Undefined of a bundle. */
  readonly config: ImageConfig | undefined;
}

const TYPES: { readonly [type in Exclude<TarType, "hardLink">]: TreeFile["type"] } = {
  file: "file",
  symbolicLink: "link",
  characterDevice: "char",
  blockDevice: "block",
  directory: "dir",
  fifo: "fifo",
};

/** `name` is the directory of a bundle, or `LAYOUT[:TAG]`. Throws `Failure`. */
export function sideOf(name: string): Side {
  if (exists(`${name}/${UMOCI_JSON}`)) return bundleSide(name);
  const { path, tag = "latest" } = cutTag(name);
  return withLayout(path, (layout) => {
    const image = unpackableImage(layout, layout.resolve(tag));
    const side: Side = { values: new Map(), undescribed: new Set(), config: image.config };
    const { root } = withLayers(image, 0, (layers) => treeOf(layers, { hash: true }));
    collect(root, side);
    return side;
  });
}

function collect(node: TreeNode, side: Side): void {
  const { path, origin } = node;
  if (origin === undefined) {
    side.undescribed.add(path);
    side.values.set(path, new Map([["type", "dir"]]));
  } else side.values.set(path, comparable(fileOf(origin.entry, origin.sha256)));
  for (const child of node.sorted()) collect(child, side);
}

function fileOf(
  { type, size, mode, uid, gid, link, mtime, xattrs }: TarEntry,
  sha256: string | undefined,
): TreeFile {
  const kind = type === "hardLink" ? "file" : TYPES[type];
  return {
    name: "",
    type: kind,
    size,
    mode: mode & 0o7777,
    uid,
    gid,
    nlink: 1,
    ...(kind === "link" && { link: byteString(link) }),
    mtime: mtime.seconds,
    sha256,
    xattrs: [...xattrs].map(([name, value]) => ({ name, value })),
  };
}

function bundleSide(path: string): Side {
  const { mapping } = readUmociMetadata(path);
  const side: Side = { values: new Map(), undescribed: new Set(), config: undefined };
  const add = (file: TreeFile, at: string) => {
    const said = file.xattrs?.find(({ name }) => name === ROOTLESS_XATTR)?.value;
    const hidden = (name: string) =>
      HOST_ATTRIBUTES.has(name) || (mapping.rootless && name === ROOTLESS_XATTR);
    const xattrs = file.xattrs?.filter(({ name, value }) => !hidden(name) && value.length > 0);
    side.values.set(at, comparable({ ...file, ...ownerInside(file, mapping, said), xattrs }));
    for (const child of file.children ?? []) add(child, at === "." ? child.name : `${at}/${child.name}`);
  };
  add(readRootfs(path), ".");
  return side;
}

function readRootfs(bundle: string): TreeFile {
  let dir: number | undefined;
  let root: number | undefined;
  try {
    dir = open(bundle, O.RDONLY | O.DIRECTORY);
    root = openAt(dir, bytesOfString("rootfs"), O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    return describeTree(root, { index: readHashIndex(dir) });
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("rootfs_unreadable", `read the root file system of ${bundle}: ${error.message}`, {
      cause: error,
    });
  } finally {
    if (root !== undefined) close(root);
    if (dir !== undefined) close(dir);
  }
}

/** Values that an image and a file system both have. */
function comparable(file: TreeFile): Values {
  const values = valuesOf(file);
  values.delete("nlink");
  if (file.type !== "file") values.delete("size");
  if (file.type === "link") values.delete("mode");
  return values;
}
