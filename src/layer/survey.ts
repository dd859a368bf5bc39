/**
 * The root file system after unpacking, as the kernel has it: one lstat for each file guards that the disk agrees with what was
 * written. Hashes are those that were taken while the content passed by.
 */

import type { HashIndexWriter } from "../codec/hash-index.ts";
import { bytesOf } from "../codec/hex.ts";
import type { TreeFile, Xattr } from "../codec/mtree/file.ts";
import { attributesOf } from "./attributes.ts";
import { describeFile, factsOf } from "./changes.ts";
import { Directory, type FileNode } from "./node.ts";
import type { Tree } from "./tree.ts";
import { type Place, walkTree } from "./tree-walk.ts";

const NO_ATTRIBUTES: readonly Xattr[] = [];

/** Describes the file system that is open as `root` and was unpacked as `tree`; `records` learns it. Throws LinuxError. */
export function surveyTree(root: number, tree: Tree, records: HashIndexWriter | undefined): TreeFile {
  return walkTree<TreeFile>(root, {
    leave(place, children) {
      const node = nodeAt(tree, place.path);
      const file = children === undefined ? leafAt(place, node, records) : directoryAt(place, node);
      return children === undefined ? file : Object.assign(file, { children });
    },
  });
}

function directoryAt(place: Place, node: FileNode | undefined): TreeFile {
  const bare = node instanceof Directory && !node.attributes;
  return Object.assign(factsOf(place), { xattrs: bare ? NO_ATTRIBUTES : attributesOf(place) });
}

/** A file that is not as it was written is described anew. */
function leafAt(place: Place, node: FileNode | undefined, records: HashIndexWriter | undefined): TreeFile {
  const file = factsOf(place);
  if (file.type !== "file") return file;
  const { sha256, size, attributes } = node === undefined || node instanceof Directory ? {} : node.content;
  if (sha256 === undefined || size !== file.size) return describeFile(place, {});
  records?.add(place.path, place.stat, bytesOf(sha256) ?? new Uint8Array(32), attributes === true);
  return Object.assign(file, { sha256, xattrs: attributes ? attributesOf(place) : NO_ATTRIBUTES });
}

function nodeAt(tree: Tree, path: string): FileNode | undefined {
  if (path === ".") return tree.root;
  let at: FileNode | undefined = tree.root;
  for (const name of path.split("/")) {
    if (!(at instanceof Directory)) return undefined;
    at = at.children.get(name);
  }
  return at;
}
