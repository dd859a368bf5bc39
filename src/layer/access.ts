/**
 * Looking into files of one's own that their mode closes, as a user without privileges must when a root file system holds
 * some (umoci's rootless mode): the mode is opened for the length of the work, and then put back.
 */

import { close } from "../linux/descriptor.ts";
import { chmodHandle } from "../linux/inode.ts";
import { O, openAt } from "../linux/open.ts";
import { geteuid } from "../linux/process.ts";
import { fstat, sameFile } from "../linux/stat.ts";
import type { Place } from "./tree-walk.ts";

let privileged: boolean | undefined;

/** Runs `work` while the owner has the permission `bits` (such as 0500) on the file or directory at `place`. */
export function withAccess<T>(place: Place, bits: number, work: () => T): T {
  privileged ??= geteuid() === 0;
  if (privileged || (place.stat.mode & bits) === bits || place.stat.uid !== geteuid()) return work();
  const fd = openAt(place.dir, place.name, O.PATH | O.NOFOLLOW);
  try {
    if (!sameFile(fstat(fd), place.stat)) return work();
    const mode = place.stat.mode & 0o7777;
    chmodHandle(fd, mode | bits);
    try {
      return work();
    } finally {
      chmodHandle(fd, mode);
    }
  } finally {
    close(fd);
  }
}
