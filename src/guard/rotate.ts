/**
 * Rotation by rename: events.jsonl becomes .1, .1 becomes .2, and what is beyond `keep` goes. Only one process rotates at
 * a time, and none waits: whoever finds another at it writes to the file that it has open, which is never lost.
 */

import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { tryLock } from "../linux/lock.ts";
import { O, openAt } from "../linux/open.ts";
import { lstatIfThere, type Stat, sameFile } from "../linux/stat.ts";
import { LOG_NAME } from "./log.ts";

/**
 * Rotates the log in the directory `dir`, unless it is no longer the file `seen`. Returns whether the name now stands for
 * another file.
 */
export function rotate(dir: number, seen: Stat, keep: number): boolean {
  // A lock of its own open file description: that of `dir` may be shared with a forked process.
  const own = openAt(dir, ".", O.RDONLY | O.DIRECTORY);
  try {
    if (!tryLock(own, "exclusive")) return false;
    const current = lstatIfThere(LOG_NAME, dir);
    if (current === null || !sameFile(current, seen)) return true;
    if (keep < 1) {
      unlinkIfThere(LOG_NAME, dir);
      return true;
    }
    for (let number = Math.floor(keep) - 1; number >= 1; number--)
      move(dir, `${LOG_NAME}.${number}`, `${LOG_NAME}.${number + 1}`);
    rename(LOG_NAME, `${LOG_NAME}.1`, dir);
    return true;
  } finally {
    close(own);
  }
}

function move(dir: number, from: string, to: string): void {
  try {
    rename(from, to, dir);
  } catch (error) {
    if (!failedWith(error, "ENOENT")) throw error;
  }
}
