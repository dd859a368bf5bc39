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

export type Digest = (bytes: Uint8Array) => Uint8Array;

const MAGIC = "hwindex1";
const HEADER = 24;
const COUNT_AT = 20;
const DIGEST = 32;
const LONGEST_PATH = 0xffff;

// A record: five doubles, six words, the digest, flags, length of the path, the path. Records are in the order of a walk:
// by path, with the slash before all other bytes.
const RECORD = 100;
const WORDS_AT = 40;
const DIGEST_AT = 64;
const FLAGS_AT = 96;
const LENGTH_AT = 98;
const SLASH = 0x2f;

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

  /** Files are added in the order of a walk. Paths (byte strings) that are too long are left out: such files are hashed again. */
  add(path: string, state: FileState, sha256: Uint8Array, attributes: boolean): void {
    if (path.length > LONGEST_PATH) return;
    const at = this.#grow(RECORD + path.length);
    const view = this.#view;
    for (const [i, value] of doublesOf(state).entries()) view.setFloat64(at + i * 8, value, true);
    for (const [i, value] of wordsOf(state).entries()) view.setUint32(at + WORDS_AT + i * 4, value, true);
    this.#bytes.set(sha256, at + DIGEST_AT);
    view.setUint16(at + FLAGS_AT, attributes ? 1 : 0, true);
    view.setUint16(at + LENGTH_AT, path.length, true);
    for (let i = 0; i < path.length; i++) this.#bytes[at + RECORD + i] = path.charCodeAt(i);
    this.#count++;
  }

  /** Adds a record of another index as it stands there. */
  keep(record: Uint8Array): void {
    const at = this.#grow(record.length);
    this.#bytes.set(record, at);
    this.#count++;
  }

  /** The whole index; `digest` is SHA-256. */
  finish(digest: Digest): Uint8Array {
    this.#view.setUint32(COUNT_AT, this.#count, true);
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

/** An index that was read. Files are looked up in the order of a walk: the records are gone through once. */
export class HashIndex {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #seconds: number;
  readonly #nanoseconds: number;
  #at = HEADER;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length - DIGEST;
    this.#seconds = this.#view.getFloat64(8, true);
    this.#nanoseconds = this.#view.getUint32(16, true);
  }

  /** The index in `bytes`, or undefined when they are none, or not all of one. */
  static read(bytes: Uint8Array, digest: Digest): HashIndex | undefined {
    const end = bytes.length - DIGEST;
    if (end < HEADER || byteString(bytes, 0, MAGIC.length) !== MAGIC) return undefined;
    if (hexOf(digest(bytes.subarray(0, end))) !== hexOf(bytes.subarray(end))) return undefined;
    const index = new HashIndex(bytes);
    let at = HEADER;
    let count = 0;
    for (; at + RECORD <= end; count++) at = index.#next(at);
    return at === end && count === index.#view.getUint32(COUNT_AT, true) ? index : undefined;
  }

  /** The record of the file at `path`, when `state` says that the file is as it was. */
  find(path: string, state: FileState): Known | undefined {
    const order = this.#seek(path);
    if (order !== 0 || !this.#isOlder(state) || !this.#agrees(state)) return undefined;
    const record = this.#bytes.subarray(this.#at, this.#next(this.#at));
    return new Known(record);
  }

  /** Goes to the first record that is not before `path`; 0 when it is the path's own. */
  #seek(path: string): number {
    for (; this.#at < this.#end; this.#at = this.#next(this.#at)) {
      const order = this.#compare(path);
      if (order <= 0) return order;
    }
    return -1;
  }

  /** Above 0 when `path` comes after the record's. */
  #compare(path: string): number {
    const start = this.#at + RECORD;
    const length = this.#view.getUint16(this.#at + LENGTH_AT, true);
    const least = Math.min(length, path.length);
    for (let i = 0; i < least; i++) {
      const one = path.charCodeAt(i);
      const other = this.#bytes[start + i] ?? 0;
      if (one !== other) return one === SLASH ? -1 : other === SLASH ? 1 : one - other;
    }
    return path.length - length;
  }

  #next(at: number): number {
    return at + RECORD + this.#view.getUint16(at + LENGTH_AT, true);
  }

  #isOlder({ ctimeSeconds, ctimeNanoseconds }: FileState): boolean {
    if (ctimeSeconds !== this.#seconds) return ctimeSeconds < this.#seconds;
    return ctimeNanoseconds < this.#nanoseconds;
  }

  #agrees(state: FileState): boolean {
    const view = this.#view;
    const at = this.#at;
    const words = at + WORDS_AT;
    return (
      view.getFloat64(at, true) === state.device &&
      view.getFloat64(at + 8, true) === state.inode &&
      view.getFloat64(at + 16, true) === state.size &&
      view.getFloat64(at + 24, true) === state.mtimeSeconds &&
      view.getFloat64(at + 32, true) === state.ctimeSeconds &&
      view.getUint32(words, true) === state.inodeLow &&
      view.getUint32(words + 4, true) === state.mtimeNanoseconds &&
      view.getUint32(words + 8, true) === state.ctimeNanoseconds &&
      view.getUint32(words + 12, true) === state.mode &&
      view.getUint32(words + 16, true) === state.uid &&
      view.getUint32(words + 20, true) === state.gid
    );
  }
}

/** What is known of a file without reading it. */
export class Known {
  /** Of the index that knows it. */
  readonly record: Uint8Array;

  constructor(record: Uint8Array) {
    this.record = record;
  }

  /** Lower-case hex. */
  get sha256(): string {
    return hexOf(this.record.subarray(DIGEST_AT, DIGEST_AT + DIGEST));
  }

  /** Whether that is the hash; quicker than to ask for it. */
  hasHash(hex: string): boolean {
    if (hex.length !== DIGEST * 2) return false;
    for (let i = 0; i < DIGEST; i++) {
      const byte = this.record[DIGEST_AT + i] ?? 0;
      if (hex.charCodeAt(i * 2) !== digit(byte >> 4) || hex.charCodeAt(i * 2 + 1) !== digit(byte & 15))
        return false;
    }
    return true;
  }

  /** Whether the file has extended attributes. */
  get attributes(): boolean {
    return this.record[FLAGS_AT] !== 0;
  }
}

/** Code of a hexadecimal digit. */
function digit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

function doublesOf(state: FileState): number[] {
  return [state.device, state.inode, state.size, state.mtimeSeconds, state.ctimeSeconds];
}

function wordsOf(state: FileState): number[] {
  const { inodeLow, mtimeNanoseconds, ctimeNanoseconds, mode, uid, gid } = state;
  return [inodeLow, mtimeNanoseconds, ctimeNanoseconds, mode, uid, gid];
}
