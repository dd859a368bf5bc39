/** The checksum of a header block: the sum of its bytes, with the checksum's own field taken as blanks. */

import { BLOCK } from "./entry.ts";
import { readNumber } from "./numeric.ts";

const FIELD = 148;
const LENGTH = 8;
const SPACE = 0x20;

function checksumOf(block: Uint8Array, start = 0): number {
  let sum = LENGTH * SPACE;
  for (let at = start; at < start + FIELD; at++) sum += block[at] ?? 0;
  for (let at = start + FIELD + LENGTH; at < start + BLOCK; at++) sum += block[at] ?? 0;
  return sum;
}

/** Whether the block at `start` says its own checksum; old programs added signed bytes. @throws Failure */
export function checksumHolds(block: Uint8Array, start = 0): boolean {
  const said = readNumber(block, start + FIELD, LENGTH);
  const sum = checksumOf(block, start);
  if (said === sum) return true;
  let high = 0;
  for (let at = start; at < start + BLOCK; at++) {
    const inField = at >= start + FIELD && at < start + FIELD + LENGTH;
    if (!inField && (block[at] ?? 0) >= 0x80) high++;
  }
  return said === sum - high * 256;
}

/** Writes the checksum into a finished block: six digits, a NUL, a blank. */
export function putChecksum(block: Uint8Array): void {
  const digits = checksumOf(block).toString(8).padStart(6, "0");
  for (let i = 0; i < digits.length; i++) block[FIELD + i] = digits.charCodeAt(i);
  block[FIELD + 6] = 0;
  block[FIELD + 7] = SPACE;
}
