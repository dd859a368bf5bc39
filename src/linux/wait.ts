/** Waiting for children: how a child ended and what it used. */

import { check } from "./error.ts";
import { getI64, scratchAddress, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** How a process ended: by exit with a status, or by a signal. */
export type Ending =
  | { readonly exited: true; readonly code: number }
  | { readonly exited: false; readonly signal: number };

export interface Waited {
  readonly pid: number;
  readonly ending: Ending;
  /** Processor time in milliseconds, in user space and in the kernel; of the child and the children it waited for. */
  readonly userMs: number;
  readonly systemMs: number;
  /** Largest resident set in bytes. */
  readonly maxResident: number;
}

const EINTR = 4;
const ECHILD = 10;
const WNOHANG = 1;
/** Also children that signal something else than SIGCHLD at their end. */
const WALL = 0x4000_0000;

// Scratch: int status at 0; struct rusage at 8: utime {s64 sec, s64 usec}, stime {…}, s64 maxrss in KiB.
const RUSAGE = 8;

/**
 * Waits for `pid` (-1: any child) to end. With `poll`, returns null when none has ended yet. Null too when there is no
 * such child.
 */
export function wait(pid: number, poll = false): Waited | null {
  const at = scratchAddress();
  let result: number;
  do {
    result = syscall(nr.wait4, pid, at, poll ? WNOHANG | WALL : WALL, at + RUSAGE);
  } while (result === -EINTR);
  if (result === 0 || result === -ECHILD) return null;
  check(result, "wait4");
  return {
    pid: result,
    ending: decodeStatus(scratchView.getInt32(0, true)),
    userMs: timevalMs(RUSAGE),
    systemMs: timevalMs(RUSAGE + 16),
    maxResident: getI64(scratchView, RUSAGE + 32) * 1024,
  };
}

/** Decodes a wait status; stops and continues are never asked for. */
export function decodeStatus(status: number): Ending {
  const signal = status & 0x7f;
  return signal === 0 ? { exited: true, code: (status >> 8) & 0xff } : { exited: false, signal };
}

/** The exit status that a shell would show: the code, or 128 + signal. */
export function shellStatus(ending: Ending): number {
  return ending.exited ? ending.code : 128 + ending.signal;
}

function timevalMs(offset: number): number {
  return getI64(scratchView, offset) * 1000 + getI64(scratchView, offset + 8) / 1000;
}
