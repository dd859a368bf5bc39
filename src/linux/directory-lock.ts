/**
 * A directory as the lock on what is in it, which goes away with its last file. Only who holds the lock puts files there or removes it, so
 * nobody loses the directory under a file that is being made.
 */

import { close } from "./descriptor.ts";
import { mkdirAll, rmdir } from "./directory.ts";
import { failedWith } from "./error.ts";
import { lock } from "./lock.ts";
import { AT_FDCWD, O, openIfThere } from "./open.ts";
import { syncDirectory } from "./replace.ts";
import { exists, fstat, lstatIfThere, sameFile } from "./stat.ts";

/**
 * Waits for the lock; returns the open directory, whose closing gives it back. With `make`, a directory that is missing is made (0700), and is
 * on the disk; without, null when there is none.
 */
export function lockDirectory(path: string, make: true): number;
export function lockDirectory(path: string, make: boolean): number | null;
export function lockDirectory(path: string, make: boolean): number | null {
  for (;;) {
    if (make && !exists(path)) {
      mkdirAll(path, 0o700);
      syncDirectory(path.slice(0, path.lastIndexOf("/")));
    }
    const fd = openIfThere(AT_FDCWD, path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    if (fd === null) {
      if (make) continue;
      return null;
    }
    let own = false;
    try {
      lock(fd, "exclusive");
      // Whoever had the lock may have removed it, and somebody made another.
      const now = lstatIfThere(path);
      own = now !== null && sameFile(now, fstat(fd));
    } finally {
      if (!own) close(fd);
    }
    if (own) return fd;
  }
}

/** For the holder of the lock: removes the directory unless something is in it. */
export function removeIfEmpty(path: string): void {
  try {
    rmdir(path);
  } catch (error) {
    if (!failedWith(error, "ENOTEMPTY", "ENOENT")) throw error;
  }
}
