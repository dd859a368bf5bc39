/**
 * The root file system after unpacking, as the kernel has it: one lstat for each file guards that the disk agrees with what was
 * written. Hashes are those that were taken while the content passed by.
 */

import type { Known } from "../codec/hash-index.ts";
import type { TreeFile } from "../codec/mtree/file.ts";
import { describeTree } from "./changes.ts";
import type { HashRecords } from "./hash-records.ts";
import { Directory, type FileNode, Leaf } from "./node.ts";
import type { Tree } from "./tree.ts";

/** Describes the file system that is open as `root` and was unpacked as `tree`; `records` learns it. Throws LinuxError. */
export function surveyTree(root: number, tree: Tree, records: HashRecords | undefined): TreeFile {
  const index = {
    find(path: string, state: { size: number }): Known | undefined {
      const node = nodeAt(tree, path);
      if (!(node instanceof Leaf) || node.content.sha256 === undefined) return undefined;
      const { sha256, attributes, size } = node.content;
      return size === state.size ? { sha256, attributes } : undefined;
    },
  };
  return describeTree(root, { index, records });
}

function nodeAt(tree: Tree, path: string): FileNode | undefined {
  let at: FileNode | undefined = tree.root;
  for (const name of path.split("/")) {
    if (!(at instanceof Directory)) return undefined;
    at = at.children.get(name);
  }
  return at;
}
