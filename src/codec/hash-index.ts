/**
 * The index of file hashes that lies beside a bundle: for each regular file what lstat said of it, and the SHA-256 of its
 * content then. Whoever reads one believes none of it: a file counts as unchanged only when the kernel says the same of it
 * today, and when it was last changed before the index's own time, since later changes may not show (git's racy entries).
 */

import { byteString, bytesOfString } from "./byte-string.ts";
import { hexOf } from "./hex.ts";

/** What tells one state of a file from another. */
export interface FileState {
  readonly device: number;
  readonly inode: number;
  readonly inodeLow: number;
  readonly size: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface IndexTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface Known {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Whether the file had extended attributes. */
  readonly attributes: boolean;
}

const MAGIC = "hwindex1";
const HEADER = 24;
const RECORD = 100;
const DIGEST = 32;
const LONGEST_PATH = 0xffff;

// Of a record: five doubles, six words, the digest, flags, length of the path, the path.
const WORDS_AT = 40;
const DIGEST_AT = 64;
const FLAGS_AT = 96;
const LENGTH_AT = 98;

/** Collects records for an index whose time is `time`: taken from the file system before the first file was looked at. */
export class HashIndexWriter {
  #bytes = new Uint8Array(256 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #length = HEADER;
  #count = 0;

  constructor(time: IndexTime) {
    this.#bytes.set(bytesOfString(MAGIC));
    this.#view.setFloat64(8, time.seconds, true);
    this.#view.setUint32(16, time.nanoseconds, true);
  }

  /** `path` is a byte string. Paths that are too long for a record are left out: such files are hashed again. */
  add(path: string, state: FileState, sha256: Uint8Array, attributes: boolean): void {
    if (path.length > LONGEST_PATH) return;
    const at = this.#grow(RECORD + path.length);
    const view = this.#view;
    doublesOf(state).forEach((value, i) => {
      view.setFloat64(at + i * 8, value, true);
    });
    wordsOf(state).forEach((value, i) => {
      view.setUint32(at + WORDS_AT + i * 4, value, true);
    });
    this.#bytes.set(sha256, at + DIGEST_AT);
    view.setUint16(at + FLAGS_AT, attributes ? 1 : 0, true);
    view.setUint16(at + LENGTH_AT, path.length, true);
    for (let i = 0; i < path.length; i++) this.#bytes[at + RECORD + i] = path.charCodeAt(i);
    this.#count++;
  }

  /** The whole index; `digest` is SHA-256. */
  finish(digest: (bytes: Uint8Array) => Uint8Array): Uint8Array {
    this.#view.setUint32(20, this.#count, true);
    const at = this.#grow(DIGEST);
    this.#bytes.set(digest(this.#bytes.subarray(0, at)), at);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for `length` bytes; returns where they start. */
  #grow(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** An index that was read. */
export class HashIndex {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #records = new Map<string, number>();
  readonly #seconds: number;
  readonly #nanoseconds: number;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#seconds = this.#view.getFloat64(8, true);
    this.#nanoseconds = this.#view.getUint32(16, true);
  }

  /** The index in `bytes`, or undefined when they are none, or not all of one. */
  static read(bytes: Uint8Array, digest: (bytes: Uint8Array) => Uint8Array): HashIndex | undefined {
    const end = bytes.length - DIGEST;
    if (end < HEADER || byteString(bytes, 0, MAGIC.length) !== MAGIC) return undefined;
    if (hexOf(digest(bytes.subarray(0, end))) !== hexOf(bytes.subarray(end))) return undefined;
    const index = new HashIndex(bytes);
    let at = HEADER;
    for (let left = index.#view.getUint32(20, true); left > 0; left--) {
      if (at + RECORD > end) return undefined;
      const length = index.#view.getUint16(at + LENGTH_AT, true);
      if (at + RECORD + length > end) return undefined;
      index.#records.set(byteString(bytes, at + RECORD, at + RECORD + length), at);
      at += RECORD + length;
    }
    return at === end ? index : undefined;
  }

  get size(): number {
    return this.#records.size;
  }

  /** What is known of the file at `path`, when `state` says that it is as it was. */
  find(path: string, state: FileState): Known | undefined {
    const at = this.#records.get(path);
    if (at === undefined || !this.#isOlder(state)) return undefined;
    const same =
      doublesOf(state).every((value, i) => this.#view.getFloat64(at + i * 8, true) === value) &&
      wordsOf(state).every((value, i) => this.#view.getUint32(at + WORDS_AT + i * 4, true) === value);
    if (!same) return undefined;
    return {
      sha256: hexOf(this.#bytes.subarray(at + DIGEST_AT, at + FLAGS_AT)),
      attributes: this.#view.getUint16(at + FLAGS_AT, true) !== 0,
    };
  }

  #isOlder({ ctimeSeconds, ctimeNanoseconds }: FileState): boolean {
    if (ctimeSeconds !== this.#seconds) return ctimeSeconds < this.#seconds;
    return ctimeNanoseconds < this.#nanoseconds;
  }
}

function doublesOf(state: FileState): number[] {
  return [state.device, state.inode, state.size, state.mtimeSeconds, state.ctimeSeconds];
}

function wordsOf(state: FileState): number[] {
  const { inodeLow, mtimeNanoseconds, ctimeNanoseconds, mode, uid, gid } = state;
  return [inodeLow, mtimeNanoseconds, ctimeNanoseconds, mode, uid, gid];
}
