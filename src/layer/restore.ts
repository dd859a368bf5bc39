/** The end of unpacking: directories get the times and modes that had to wait until nothing more is put into them. */

import { fchmod, setTimesOf } from "../linux/inode.ts";
import { Directory } from "./node.ts";
import type { Tree } from "./tree.ts";

/** Sets what waits, from the innermost directory outwards. Throws LinuxError. */
export function restoreDirectories(tree: Tree): void {
  const rest: { directory: Directory; done: boolean }[] = [{ directory: tree.root, done: false }];
  for (let last = rest.pop(); last !== undefined; last = rest.pop()) {
    const { directory, done } = last;
    if (!done) {
      rest.push({ directory, done: true });
      for (const child of directory.children.values()) {
        if (child instanceof Directory) rest.push({ directory: child, done: false });
      }
      continue;
    }
    const { times, mode } = directory;
    if (times === undefined && mode === undefined) continue;
    const fd = tree.descriptor(directory);
    if (times !== undefined) setTimesOf(fd, times.atime, times.mtime);
    if (mode !== undefined) fchmod(fd, mode);
  }
}
