/**
 * The file in which a bundle keeps the hashes of its root file system's files (src/codec/hash-index.ts). It only saves
 * work: one that is missing, damaged, or was written by somebody else is as none, and when none can be written, none is.
 */

import { HashIndex, HashIndexWriter } from "../codec/hash-index.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { O, openAt } from "../linux/open.ts";
import { sha256 } from "../linux/primitive.ts";
import { geteuid } from "../linux/process.ts";
import { randomHex } from "../linux/random.ts";
import { readToEnd } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { write } from "../linux/write.ts";
import { HashRecords } from "./hash-records.ts";

/** Its name in the bundle. */
export const HASH_INDEX = ".hookwright-index";
/** Millions of files; what is larger was not made for a bundle. */
const LIMIT = 1024 * 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

/** The index of the bundle whose directory is open; undefined when there is none to rely on. */
export function readHashIndex(bundle: number): HashIndex | undefined {
  let fd: number;
  try {
    fd = openAt(bundle, HASH_INDEX, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  }
  try {
    const { mode, uid, size } = fstat(fd);
    const regular = (mode & TYPE.mask) === TYPE.file;
    if (!regular || (mode & WRITABLE_BY_OTHERS) !== 0 || (uid !== 0 && uid !== geteuid())) return undefined;
    return HashIndex.read(readToEnd(fd, LIMIT, size), sha256);
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  } finally {
    close(fd);
  }
}

/**
 * An index that will be written. Made before the first file is looked at, since the time of its own file becomes the
 * index's: a file that changes later has a later time.
 */
export class HashIndexFile {
  readonly records = new HashRecords();
  readonly #bundle: number;
  readonly #fd: number;
  readonly #temporary: string;

  private constructor(bundle: number, fd: number, temporary: string) {
    this.#bundle = bundle;
    this.#fd = fd;
    this.#temporary = temporary;
  }

  /** Undefined where nothing can be written. */
  static create(bundle: number): HashIndexFile | undefined {
    const temporary = `${HASH_INDEX}.${randomHex(6)}`;
    try {
      const fd = openAt(bundle, temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
      return new HashIndexFile(bundle, fd, temporary);
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  /** An index to be filled in the order of a walk, in place of `records`: as bytes, for more files than objects are good for. */
  writer(): HashIndexWriter {
    const { ctimeSeconds: seconds, ctimeNanoseconds: nanoseconds } = fstat(this.#fd);
    return new HashIndexWriter({ seconds, nanoseconds });
  }

  /** Puts the index in its place, if the disk takes it: what was written, else `records`, if something new is in them. */
  commit(written?: HashIndexWriter): void {
    try {
      if (written === undefined && this.records.learned === 0) return;
      const { ctimeSeconds: seconds, ctimeNanoseconds: nanoseconds } = fstat(this.#fd);
      const index = written ?? this.records.writer({ seconds, nanoseconds });
      write(this.#fd, index.finish(sha256));
      rename(this.#temporary, HASH_INDEX, this.#bundle);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
    } finally {
      this.abort();
    }
  }

  /** Throws away what was not committed. */
  abort(): void {
    unlinkIfThere(this.#temporary, this.#bundle);
    close(this.#fd);
  }
}
