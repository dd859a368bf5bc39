/**
 * What system calls read and write in memory: C strings, 64-bit fields as two halves, lists of pointers, and one scratch
 * buffer that every short call shares. Both architectures are little-endian.
 */

import { LinuxError } from "./error.ts";
import { addressOf, encode } from "./primitive.ts";

/** A path or name: text, or the bytes of one that is not UTF-8 (with or without the closing NUL). */
export type Path = string | Uint8Array;

const EINVAL = 22;
const HALF = 0x1_0000_0000;

const SCRATCH_SIZE = 4096;
const scratchBuffer = /* @__PURE__ */ new ArrayBuffer(SCRATCH_SIZE);
/** Valid only until the next call into src/linux: a function uses it and copies out what it returns. */
export const scratch = /* @__PURE__ */ new Uint8Array(scratchBuffer);
export const scratchView = /* @__PURE__ */ new DataView(scratchBuffer);

let scratchAt = 0;

/** Address of the scratch buffer, for pointers into it. */
export function scratchAddress(): number {
  if (scratchAt === 0) scratchAt = addressOf(scratch);
  return scratchAt;
}

/**
 * The bytes of `path` with a NUL at the end. A NUL inside is refused (EINVAL): the kernel would stop reading there and
 * act on another path than the one that was checked.
 */
export function cstring(path: Path): Uint8Array {
  if (typeof path === "string") {
    if (path.includes("\0")) throw new LinuxError("path with a NUL", EINVAL, path.replaceAll("\0", "\\0"));
    return encode(`${path}\0`);
  }
  const nul = path.indexOf(0);
  if (nul === path.length - 1 && nul >= 0) return path;
  if (nul >= 0) throw new LinuxError("path with a NUL", EINVAL);
  const bytes = new Uint8Array(path.length + 1);
  bytes.set(path);
  return bytes;
}

/** Reads an unsigned 64-bit field; exact up to 2^53. */
export function getU64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * HALF;
}

/** Reads a signed 64-bit field; exact within ±2^53. */
export function getI64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getInt32(offset + 4, true) * HALF;
}

/** Writes a 64-bit field; a negative number as its two's complement. */
export function setU64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / HALF) >>> 0, true);
}

/** Words as text, or as one block of raw bytes in which each word ends with a NUL. */
export type Words = readonly string[] | Uint8Array;

/**
 * The `char *[]` of a list of words: one buffer with the NULL-ended pointers in front and what they point into behind,
 * so that nothing can be collected while the kernel reads. A NUL inside a word is refused (EINVAL).
 */
export function pointerList(words: Words): Uint8Array {
  const raw = words instanceof Uint8Array;
  const strings = raw ? words : encode(words.length === 0 ? "" : `${words.join("\0")}\0`);
  const starts: number[] = [];
  for (let at = 0; at < strings.length; ) {
    starts.push(at);
    at = strings.indexOf(0, at) + 1;
    if (at === 0) throw new LinuxError("words without a NUL at the end", EINVAL);
  }
  if (!raw && starts.length !== words.length) throw new LinuxError("word with a NUL", EINVAL);
  const size = (starts.length + 1) * 8;
  const list = new Uint8Array(size + strings.length);
  list.set(strings, size);
  const base = addressOf(list) + size;
  // A Uint32Array keeps the low 32 bits of what is put into it, and drops fractions.
  const halves = new Uint32Array(list.buffer, 0, size / 4);
  let i = 0;
  for (const start of starts) {
    halves[i++] = base + start;
    halves[i++] = (base + start) / HALF;
  }
  return list;
}
