/**
 * Sparse files: a map says where in the file the bytes of the archive lie, all else is holes. Four formats of GNU tar: a map
 * in the header block (`S`), in extended headers (0.0 and 0.1), and before the content (1.0).
 */

import { byteString } from "../byte-string.ts";
import { BLOCK, type TarEntry } from "./entry.ts";
import { malformed } from "./malformed.ts";
import { readNumber } from "./numeric.ts";
import { readInteger } from "./pax-records.ts";
import { type Records, SPARSE_MAP } from "./pax-state.ts";

/** A run of `length` bytes that are in the archive, at `offset` of the file. */
export interface Run {
  readonly offset: number;
  readonly length: number;
}

/** A map with more runs than this is refused. */
const MOST_RUNS = 1_000_000;
const FIELD = 12;
const NEWLINE = 0x0a;

/** Whether the records put a 1.0 map before the content. */
export function hasMapInContent(records: Records): boolean {
  return textOf(records, "GNU.sparse.major") === "1" && textOf(records, "GNU.sparse.minor") === "0";
}

/** The map of a 0.0 or 0.1 file; undefined for a file that is not one. @throws Failure */
export function mapInRecords(records: Records): Run[] | undefined {
  const text = textOf(records, SPARSE_MAP);
  if (text === undefined || text === "") return undefined;
  return pairs(text.split(",").map(numberOf));
}

/** Name and size that a sparse file really has; its header has other ones, for programs that do not know the format. */
export function applySparseRecords(entry: TarEntry, records: Records): void {
  const name = records.get("GNU.sparse.name");
  if (name !== undefined && name.length > 0) entry.name = name;
  const size = records.get("GNU.sparse.realsize") ?? records.get("GNU.sparse.size");
  if (size !== undefined) entry.size = readInteger(size);
}

/** Runs of an `S` header block (at 386) or of one that goes on with it (at 0); whether one more block follows. */
export function runsInBlock(
  block: Uint8Array,
  start: number,
  first: boolean,
): { runs: Run[]; more: boolean } {
  const [at, count, flag] = first ? [386, 4, 482] : [0, 21, 504];
  const runs: Run[] = [];
  for (let i = 0; i < count; i++) {
    const field = start + at + i * 2 * FIELD;
    if (block[field] === 0) break;
    runs.push({ offset: readNumber(block, field, FIELD), length: readNumber(block, field + FIELD, FIELD) });
  }
  return { runs, more: block[start + flag] !== 0 };
}

/** The size of the whole file, which an `S` header block says at 483. */
export function realSizeInBlock(block: Uint8Array, start: number): number {
  return readNumber(block, start + 483, FIELD);
}

/**
 * Reads a 1.0 map, fed block by block: the number of runs, then offset and length of each, a line for each number, filled up
 * to whole blocks.
 */
export class MapReader {
  #numbers: number[] = [];
  #line = "";

  /** Takes a block; the map once it is complete. @throws Failure */
  take(block: Uint8Array, start: number): Run[] | undefined {
    for (let at = start; at < start + BLOCK; at++) {
      const byte = block[at] ?? 0;
      if (byte !== NEWLINE) {
        this.#line += String.fromCharCode(byte);
        if (this.#line.length > 16) throw malformed("a sparse map holds a number that is none");
        continue;
      }
      this.#numbers.push(numberOf(this.#line));
      this.#line = "";
      const [count = 0] = this.#numbers;
      if (count > MOST_RUNS) throw malformed("a sparse map is too long");
      if (this.#numbers.length === 1 + 2 * count) return pairs(this.#numbers.slice(1));
    }
    return undefined;
  }
}

/** Refuses a map that overlaps itself, goes backwards, leaves the file, or needs another number of bytes. @throws Failure */
export function checkMap(runs: readonly Run[], size: number, stored: number): void {
  let end = 0;
  let sum = 0;
  if (runs.length > MOST_RUNS) throw malformed("a sparse map is too long");
  for (const { offset, length } of runs) {
    if (offset < end || length < 0 || offset + length > size) throw malformed("a sparse map is out of order");
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw malformed("a sparse map and the size of its file differ");
}

function pairs(numbers: readonly number[]): Run[] {
  if (numbers.length % 2 !== 0) throw malformed("a sparse map has an odd number of numbers");
  const runs: Run[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    runs.push({ offset: numbers[i] ?? 0, length: numbers[i + 1] ?? 0 });
  }
  return runs;
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(number)) {
    throw malformed("a sparse map holds a number that is none");
  }
  return number;
}

function textOf(records: Records, key: string): string | undefined {
  const value = records.get(key);
  return value && byteString(value);
}
