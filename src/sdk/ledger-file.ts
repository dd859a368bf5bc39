/**
 * One hook's file in the ledger of a container, open and with the lock on the container's directory: lines are added, each on the disk
 * before anything is done that it speaks of, and the file goes away when nothing is left of them.
 */

import { type Left, ledgerLine, readLedger } from "../codec/ledger.ts";
import { close } from "../linux/descriptor.ts";
import { lockDirectory, removeIfEmpty } from "../linux/directory-lock.ts";
import { fdatasync, fsync, ftruncate } from "../linux/inode.ts";
import { unlink } from "../linux/link.ts";
import { AT_FDCWD, O, open, openIfThere } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { fstat } from "../linux/stat.ts";
import { appendTo } from "../linux/write.ts";

/** More than any hook remembers for one container. */
const LIMIT = 1024 * 1024;
const FLAGS = O.RDWR | O.APPEND | O.NOFOLLOW;

export class LedgerFile {
  readonly #path: string;
  readonly #directory: string;
  readonly #lock: number;
  readonly #fd: number;
  #lines: number;

  private constructor(path: string, directory: string, lockFd: number, fd: number) {
    this.#path = path;
    this.#directory = directory;
    this.#lock = lockFd;
    this.#fd = fd;
    const text = decode(readToEnd(fd, LIMIT, fstat(fd).size, path));
    this.#lines = text.split("\n").length - 1;
    // A line that broke off: what follows must not become part of it.
    if (text !== "" && text[text.length - 1] !== "\n") {
      appendTo(fd, "\n", path);
      this.#lines++;
    }
  }

  /** Waits for the lock. Undefined when there is no such file and it is not to be made. */
  static open(path: string, make: boolean): LedgerFile | undefined {
    const directory = path.slice(0, path.lastIndexOf("/"));
    const lockFd = lockDirectory(directory, make);
    if (lockFd === null) return undefined;
    try {
      const there = openIfThere(AT_FDCWD, path, FLAGS);
      if (there !== null) return new LedgerFile(path, directory, lockFd, there);
      if (make) {
        const fd = open(path, FLAGS | O.CREAT | O.EXCL, 0o600);
        fsync(lockFd);
        return new LedgerFile(path, directory, lockFd, fd);
      }
      removeIfEmpty(directory);
    } catch (error) {
      close(lockFd);
      throw error;
    }
    close(lockFd);
    return undefined;
  }

  left(): Left[] {
    const fd = open(this.#path, O.RDONLY | O.NOFOLLOW);
    try {
      return readLedger(decode(readToEnd(fd, LIMIT, fstat(fd).size, this.#path)));
    } finally {
      close(fd);
    }
  }

  /** Adds a line, on the disk; returns its number. All of it or nothing, also when the disk is full. */
  add(record: Parameters<typeof ledgerLine>[0]): number {
    const { size } = fstat(this.#fd);
    try {
      appendTo(this.#fd, ledgerLine(record), this.#path);
      fdatasync(this.#fd);
    } catch (error) {
      ftruncate(this.#fd, size);
      throw error;
    }
    return this.#lines++;
  }

  /** Gives the lock back; a file in which nothing is left goes away. */
  close(): void {
    try {
      if (this.left().length === 0) {
        unlink(this.#path);
        removeIfEmpty(this.#directory);
      }
    } finally {
      close(this.#fd);
      close(this.#lock);
    }
  }
}
