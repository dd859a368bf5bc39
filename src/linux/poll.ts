/** Waiting for descriptors: ppoll with a time limit, and timers as descriptors. */

import { putTimespec } from "./clock.ts";
import { check } from "./error.ts";
import { scratch, scratchAddress, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** What to wait for, and what has come. ERR, HUP and NVAL come unasked. */
export const POLL = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 16, NVAL: 32 } as const;

const EINTR = 4;
const CLOCK_MONOTONIC = 1;
const TFD_FLAGS = 0o2004000; // TFD_CLOEXEC | TFD_NONBLOCK
// Scratch: struct timespec at 0, struct pollfd {s32 fd, s16 events, s16 revents} from 16 on.
const FDS = 16;
const MOST = (scratch.length - FDS) / 8;

/**
 * Waits until one of `fds` has one of its `events` (POLL bits, one number for each; or one for all), at most
 * `timeoutMs` (Infinity: for ever; 0 or less: not at all). A negative descriptor is passed over. Returns what each has,
 * all 0 when the time is up. An interruption by a signal goes on with the time that is left.
 */
export function poll(
  fds: readonly number[],
  events: readonly number[] | number,
  timeoutMs: number,
): number[] {
  if (fds.length > MOST) throw new RangeError(`poll of ${fds.length} descriptors, ${MOST} at most`);
  for (let i = 0; i < fds.length; i++) {
    scratchView.setInt32(FDS + i * 8, fds[i] ?? -1, true);
    scratchView.setInt32(FDS + i * 8 + 4, typeof events === "number" ? events : (events[i] ?? 0), true);
  }
  const forever = timeoutMs === Number.POSITIVE_INFINITY;
  if (!forever) putTimespec(scratchView, 0, timeoutMs);
  const at = scratchAddress();
  let result: number;
  do {
    // The kernel writes the time that is left into the timespec.
    result = syscall(nr.ppoll, at + FDS, fds.length, forever ? 0 : at, 0, 8);
  } while (result === -EINTR);
  check(result, "ppoll");
  const got: number[] = [];
  for (let i = 0; i < fds.length; i++) got.push(scratchView.getInt16(FDS + i * 8 + 6, true));
  return got;
}

/** Whether `fd` has one of `events` within `timeoutMs`; an error or a hang-up counts. */
export function ready(fd: number, events: number, timeoutMs: number): boolean {
  return poll([fd], events, timeoutMs)[0] !== 0;
}

/** A close-on-exec, non-blocking descriptor that is readable once, `ms` milliseconds from now (monotonic clock). */
export function timer(ms: number): number {
  const fd = check(syscall(nr.timerfd_create, CLOCK_MONOTONIC, TFD_FLAGS), "timerfd_create");
  setTimer(fd, ms);
  return fd;
}

/** Sets a timer anew; Infinity stops it. */
export function setTimer(fd: number, ms: number): void {
  // struct itimerspec: interval, value. A value of zero would stop the timer.
  scratch.fill(0, 0, 32);
  if (ms !== Number.POSITIVE_INFINITY) putTimespec(scratchView, 16, Math.max(ms, 0.001));
  check(syscall(nr.timerfd_settime, fd, 0, scratch, 0), "timerfd_settime");
}
