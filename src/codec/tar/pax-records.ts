/**
 * Extended headers (POSIX pax): records `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record. A key is a byte string,
 * a value is bytes, whatever `hdrcharset` says of it.
 */

import { byteString, bytesOfString } from "../byte-string.ts";
import type { TarTime } from "./entry.ts";
import { malformed } from "./malformed.ts";

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const MOST_DIGITS = 8;
const BILLION = 1e9;

/** Calls `visit` with each record in turn. Values are copies. @throws Failure */
export function eachRecord(bytes: Uint8Array, visit: (key: string, value: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let cursor = at;
    for (; cursor < bytes.length && bytes[cursor] !== SPACE; cursor++) {
      const digit = bytes[cursor] ?? 0;
      if (digit < ZERO || digit > NINE || cursor - at >= MOST_DIGITS) throw malformed(BROKEN);
      length = length * 10 + digit - ZERO;
    }
    const end = at + length;
    const equals = bytes.indexOf(EQUALS, cursor);
    if (end > bytes.length || equals <= cursor + 1 || equals >= end || bytes[end - 1] !== NEWLINE) {
      throw malformed(BROKEN);
    }
    visit(byteString(bytes.subarray(cursor + 1, equals)), bytes.slice(equals + 1, end - 1));
    at = end;
  }
}

const BROKEN = "an extended header holds a broken record";

/** One record; its length counts its own digits. */
export function formatRecord(key: string, value: Uint8Array): Uint8Array {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  const record = new Uint8Array(length);
  record.set(bytesOfString(`${length} ${key}=`));
  record.set(value, length - value.length - 1);
  record[length - 1] = NEWLINE;
  return record;
}

/** A whole number of a record. @throws Failure */
export function readInteger(value: Uint8Array): number {
  const text = byteString(value);
  const number = Number(text);
  if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(number)) {
    throw malformed("an extended header holds a number that is none, or is out of range");
  }
  return number;
}

/** Seconds with any number of decimals; what is finer than a nanosecond is cut. @throws Failure */
export function readTime(value: Uint8Array): TarTime {
  const parts = /^(-?)(\d{1,16})(?:\.(\d*))?$/.exec(byteString(value));
  if (parts === null) throw malformed("an extended header holds a time that is none");
  const [, sign = "", whole = "", decimals = ""] = parts;
  const seconds = Number(whole);
  if (!Number.isSafeInteger(seconds)) throw malformed("an extended header holds a time out of range");
  const nanoseconds = Number(decimals.slice(0, 9).padEnd(9, "0"));
  if (sign === "") return { seconds, nanoseconds };
  // Nanoseconds count forward: -1.25 is 0.75 after -2. `0 -` gives no minus zero.
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds: 0 }
    : { seconds: -seconds - 1, nanoseconds: BILLION - nanoseconds };
}

export function formatTime({ seconds, nanoseconds }: TarTime): string {
  if (nanoseconds === 0) return String(seconds);
  const [sign, whole, rest] =
    seconds < 0 ? ["-", -(seconds + 1), BILLION - nanoseconds] : ["", seconds, nanoseconds];
  return `${sign}${whole}.${String(rest).padStart(9, "0")}`.replace(/0+$/, "");
}
