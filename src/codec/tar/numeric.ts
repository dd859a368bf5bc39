/**
 * Numbers of a header block: octal text, with blanks and NULs around it, or base-256 (the first bit set), in two's
 * complement. What a JavaScript number cannot hold exactly is refused.
 */

import { malformed } from "./malformed.ts";

const SPACE = 0x20;
const ZERO = 0x30;
const SEVEN = 0x37;

/** The number in `length` bytes at `at`; an empty field is 0. @throws Failure */
export function readNumber(block: Uint8Array, at: number, length: number): number {
  return ((block[at] ?? 0) & 0x80) !== 0 ? readBase256(block, at, length) : readOctal(block, at, length);
}

function readOctal(block: Uint8Array, start: number, length: number): number {
  let at = start;
  const end = start + length;
  while (at < end && (block[at] === SPACE || block[at] === 0)) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = block[at] ?? 0;
    if (digit < ZERO || digit > SEVEN) break;
    value = value * 8 + digit - ZERO;
  }
  for (; at < end && block[at] !== 0; at++) {
    if (block[at] !== SPACE) throw malformed("a number in a header is not octal");
  }
  return exact(value);
}

function readBase256(block: Uint8Array, start: number, length: number): number {
  const negative = ((block[start] ?? 0) & 0x40) !== 0;
  const flip = negative ? 0xff : 0;
  let value = 0;
  for (let at = start; at < start + length; at++) {
    let byte = (block[at] ?? 0) ^ flip;
    if (at === start) byte &= 0x7f;
    value = value * 256 + byte;
  }
  return exact(negative ? -value - 1 : value);
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw malformed("a number in a header is out of range");
  return value;
}

/** Whether octal text of `length` bytes, a NUL at its end, can say `value`. */
export function fitsOctal(value: number, length: number): boolean {
  return value >= 0 && value < 8 ** (length - 1);
}

/** Puts `value` as zero-padded octal with a NUL at its end; 0 for one that does not fit. */
export function putOctal(block: Uint8Array, at: number, length: number, value: number): void {
  const digits = (fitsOctal(value, length) ? value : 0).toString(8).padStart(length - 1, "0");
  for (let i = 0; i < digits.length; i++) block[at + i] = digits.charCodeAt(i);
  block[at + length - 1] = 0;
}
