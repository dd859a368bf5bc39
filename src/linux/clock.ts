/** Clocks and sleep. Deadlines are kept on the monotonic clock, records on the real one. */

import { check } from "./error.ts";
import { getI64, scratchAddress, scratchView, setU64 } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const EINTR = 4;

/** Milliseconds, with fractions, since some point in the past; never set back. */
export function monotonicMs(): number {
  readClock(CLOCK_MONOTONIC);
  return getI64(scratchView, 0) * 1000 + scratchView.getUint32(8, true) / 1e6;
}

/** Milliseconds, with fractions, since 1970. */
export function realtimeMs(): number {
  readClock(CLOCK_REALTIME);
  return getI64(scratchView, 0) * 1000 + scratchView.getUint32(8, true) / 1e6;
}

export function monotonic(): Time {
  readClock(CLOCK_MONOTONIC);
  return { seconds: getI64(scratchView, 0), nanoseconds: scratchView.getUint32(8, true) };
}

export function realtime(): Time {
  readClock(CLOCK_REALTIME);
  return { seconds: getI64(scratchView, 0), nanoseconds: scratchView.getUint32(8, true) };
}

/** Sleeps for `ms` milliseconds; an interruption by a signal continues with what remains. */
export function sleep(ms: number): void {
  putTimespec(scratchView, 0, ms);
  const at = scratchAddress();
  let result: number;
  do {
    result = syscall(nr.nanosleep, at, at);
  } while (result === -EINTR);
  check(result, "nanosleep");
}

/** Writes a struct timespec of `ms` milliseconds (at least 0). */
export function putTimespec(view: DataView, offset: number, ms: number): void {
  const whole = Math.max(0, Math.floor(ms / 1000));
  setU64(view, offset, whole);
  setU64(view, offset + 8, Math.max(0, Math.floor((ms - whole * 1000) * 1e6)));
}

function readClock(clock: number): void {
  check(syscall(nr.clock_gettime, clock, scratchAddress()), "clock_gettime");
}
