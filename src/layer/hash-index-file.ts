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

const NAME = ".hookwright-index";
/** Millions of files; what is larger was not made for a bundle. */
const LIMIT = 1024 * 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

/** The index of the bundle whose directory is open; undefined when there is none to rely on. */
export function readHashIndex(bundle: number): HashIndex | undefined {
  let fd: number;
  try {
    fd = openAt(bundle, NAME, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
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

/** An index that is being written. Made before the first file is looked at: the time of its own file is the index's. */
export class HashIndexFile {
  readonly records: HashIndexWriter;
  readonly #bundle: number;
  readonly #fd: number;
  readonly #temporary: string;

  private constructor(bundle: number, fd: number, temporary: string) {
    const { ctimeSeconds, ctimeNanoseconds } = fstat(fd);
    this.records = new HashIndexWriter({ seconds: ctimeSeconds, nanoseconds: ctimeNanoseconds });
    this.#bundle = bundle;
    this.#fd = fd;
    this.#temporary = temporary;
  }

  /** Undefined where nothing can be written. */
  static create(bundle: number): HashIndexFile | undefined {
    const temporary = `${NAME}.${randomHex(6)}`;
    try {
      const fd = openAt(bundle, temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
      return new HashIndexFile(bundle, fd, temporary);
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  /** Puts the index in its place, if the disk takes it. */
  commit(): void {
    try {
      write(this.#fd, this.records.finish(sha256));
      rename(this.#temporary, NAME, this.#bundle);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      unlinkIfThere(this.#temporary, this.#bundle);
    } finally {
      close(this.#fd);
    }
  }

  abort(): void {
    close(this.#fd);
    unlinkIfThere(this.#temporary, this.#bundle);
  }
}
