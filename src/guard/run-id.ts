/**
 * Names and times of a run: a UUIDv7 (RFC 9562 section 5.7), which sorts by time and is the same on both records, and
 * RFC 3339 stamps in UTC with nanoseconds.
 */

import { hexOf } from "../codec/hex.ts";

/** A moment of the real-time clock: whole seconds since 1970, and nanoseconds of the second. */
export interface Moment {
  seconds: number;
  nanoseconds: number;
}

/** A UUIDv7 of a moment and 10 random bytes. */
export function uuid7(moment: Moment, random: Uint8Array): string {
  const ms = moment.seconds * 1000 + Math.floor(moment.nanoseconds / 1e6);
  const high = Math.floor(ms / 0x1_0000_0000);
  const low = ms % 0x1_0000_0000;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, high);
  view.setUint32(2, low);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = hexOf(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `2026-11-23T21:00:06.012345678Z`. */
export function stamp(moment: Moment): string {
  const whole = new Date(moment.seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(moment.nanoseconds).padStart(9, "0")}Z`;
}
