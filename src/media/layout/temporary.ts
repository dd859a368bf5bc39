/**
 * Files on their way into a layout. They are written in a directory of the layout that a lock marks as in use, as umoci's
 * are, so that either tool's garbage collector removes what a killed process left, and nothing else. A rename puts them in
 * their place when they are whole and on the disk.
 */

import { close } from "../../linux/descriptor.ts";
import { list, mkdir, removeTree } from "../../linux/directory.ts";
import { failedWith } from "../../linux/error.ts";
import { fchown, fsync } from "../../linux/inode.ts";
import { rename, unlinkIfThere } from "../../linux/link.ts";
import { tryLock } from "../../linux/lock.ts";
import { O, openAt } from "../../linux/open.ts";
import { geteuid } from "../../linux/process.ts";
import { randomHex } from "../../linux/random.ts";
import { fstat } from "../../linux/stat.ts";

const PREFIX = ".umoci-";
/** Read and write for all, as far as the umask allows. */
const FILE_MODE = 0o666;

/** A directory for files that are not whole yet; `remove` takes it and what is left in it away. */
export class Temporary {
  readonly #layout: number;
  readonly #name: string;
  readonly #dir: number;

  constructor(layout: number) {
    this.#layout = layout;
    for (;;) {
      const name = PREFIX + randomHex(8);
      mkdir(name, 0o700, layout);
      const dir = openLocked(layout, name);
      if (dir === undefined) continue;
      this.#name = name;
      this.#dir = dir;
      return;
    }
  }

  /** A new file, which belongs to the layout's owner when root makes it. */
  create(): { fd: number; name: string } {
    const name = randomHex(8);
    const fd = openAt(this.#dir, name, O.RDWR | O.CREAT | O.EXCL | O.NOFOLLOW, FILE_MODE);
    if (geteuid() === 0) this.#giveAway(fd);
    return { fd, name };
  }

  #giveAway(fd: number): void {
    const { uid, gid } = fstat(this.#layout);
    try {
      fchown(fd, uid, gid);
    } catch (error) {
      // In a user namespace that the owner is not part of.
      if (!failedWith(error, "EPERM", "EINVAL")) throw error;
    }
  }

  /** Puts a file at `path` below `target`, once its content is on the disk. */
  place(file: { fd: number; name: string }, target: number, path: string): void {
    fsync(file.fd);
    rename(file.name, path, this.#dir, target);
  }

  discard(name: string): void {
    unlinkIfThere(name, this.#dir);
  }

  remove(): void {
    removeTree(this.#name, this.#layout);
    close(this.#dir);
  }
}

/** Removes what processes left that are gone; returns the names. */
export function removeAbandoned(layout: number): string[] {
  const removed: string[] = [];
  for (const { name } of list(".", layout)) {
    if (!name.startsWith(PREFIX)) continue;
    const dir = openLocked(layout, name);
    if (dir === undefined) continue;
    removeTree(name, layout);
    close(dir);
    removed.push(name);
  }
  return removed;
}

/** The directory, opened and locked; undefined when it is another's, or was taken away before the lock was there. */
function openLocked(layout: number, name: string): number | undefined {
  let dir: number;
  try {
    dir = openAt(layout, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
  } catch (error) {
    if (failedWith(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES")) return undefined;
    throw error;
  }
  if (tryLock(dir, "exclusive") && fstat(dir).links > 0) return dir;
  close(dir);
  return undefined;
}
