/**
 * Where something large is made before it has its name: a directory of mode 0700 beside the place, or in it when it is there
 * already. A process that is killed leaves the directory behind; the next one that works at the same place takes it away.
 */

import { close } from "../linux/descriptor.ts";
import { eachEntry, list, mkdir, removeTree } from "../linux/directory.ts";
import { failedWith } from "../linux/error.ts";
import { chmodHandle } from "../linux/inode.ts";
import { tryLock } from "../linux/lock.ts";
import { O, open, openAt } from "../linux/open.ts";
import { randomHex } from "../linux/random.ts";
import { lstat, TYPE } from "../linux/stat.ts";

export class Workplace {
  readonly path: string;
  /** The open directory. Its lock says that somebody works here. */
  readonly fd: number;
  readonly #parent: number;
  readonly #name: string;

  /** Makes one in the directory `parent`, for work at `name`. Throws LinuxError. */
  constructor(parent: string, name: string) {
    this.#parent = open(parent, O.RDONLY | O.DIRECTORY);
    const prefix = `.${name}.hookwright-`;
    try {
      removeAbandoned(this.#parent, prefix);
      this.#name = `${prefix}${randomHex(6)}`;
      mkdir(this.#name, 0o700, this.#parent);
      this.fd = openAt(this.#parent, this.#name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    } catch (error) {
      close(this.#parent);
      throw error;
    }
    tryLock(this.fd, "exclusive");
    this.path = `${parent}/${this.#name}`;
  }

  /** Removes what is left of it; nothing, when it was renamed. */
  remove(): void {
    try {
      removeAll(this.#parent, this.#name);
    } finally {
      close(this.fd);
      close(this.#parent);
    }
  }
}

/** Takes away what killed processes left: directories that nobody holds a lock on. */
function removeAbandoned(parent: number, prefix: string): void {
  for (const { name } of list(".", parent)) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{12}$/.test(name.slice(prefix.length))) continue;
    let fd: number;
    try {
      fd = openAt(parent, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    } catch {
      continue;
    }
    try {
      if (tryLock(fd, "exclusive")) removeAll(parent, name);
    } finally {
      close(fd);
    }
  }
}

/** As removeTree, also through directories that the image closes to their owner, who is not root. */
export function removeAll(dir: number, name: string): void {
  try {
    removeTree(name, dir);
  } catch (error) {
    if (!failedWith(error, "EACCES")) throw error;
    openUp(dir, name);
    removeTree(name, dir);
  }
}

function openUp(dir: number, name: string | Uint8Array): void {
  if ((lstat(name, dir).mode & TYPE.mask) !== TYPE.directory) return;
  const handle = openAt(dir, name, O.PATH | O.DIRECTORY | O.NOFOLLOW);
  try {
    chmodHandle(handle, 0o700);
    const listing = openAt(handle, ".", O.RDONLY | O.DIRECTORY);
    const names: Uint8Array[] = [];
    try {
      eachEntry(listing, (bytes) => names.push(bytes.slice()));
    } finally {
      close(listing);
    }
    for (const inner of names) openUp(handle, inner);
  } finally {
    close(handle);
  }
}
