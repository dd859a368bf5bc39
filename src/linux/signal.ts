/**
 * Signals: their numbers and names, ignoring them, holding them back, and signals read as data from a descriptor (the
 * engines cannot run a handler).
 */

import { check } from "./error.ts";
import { scratch, scratchAddress, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** Numbers of x86_64 and aarch64 alike. */
export const SIGNAL = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
} as const;

const NAMES =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG " +
  "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";
const LAST = 64;
const SET_SIZE = 8;
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SFD_CLOEXEC = 0o2000000;
const SFD_NONBLOCK = 0o4000;
const EAGAIN = 11;
const EINTR = 4;

/** Name of a signal, such as `SIGTERM`; `SIG40` for one that has none. */
export function signalName(signal: number): string {
  return `SIG${NAMES.split(" ")[signal - 1] ?? signal}`;
}

/** Ignores a signal; an ignored signal stays ignored over execve. */
export function ignoreSignal(signal: number): void {
  const SIG_IGN = 1;
  scratch.fill(0, 0, 32);
  scratchView.setUint32(0, SIG_IGN, true);
  check(syscall(nr.rt_sigaction, signal, scratch, 0, SET_SIZE), "rt_sigaction");
}

/** Holds these signals back until they are unblocked or read by a `signalfd`. */
export function blockSignals(signals: readonly number[]): void {
  putSet(signals);
  check(syscall(nr.rt_sigprocmask, SIG_BLOCK, scratch, 0, SET_SIZE), "rt_sigprocmask");
}

export function unblockSignals(signals: readonly number[]): void {
  putSet(signals);
  check(syscall(nr.rt_sigprocmask, SIG_UNBLOCK, scratch, 0, SET_SIZE), "rt_sigprocmask");
}

/** The blocked signals, in ascending order. */
export function blockedSignals(): number[] {
  check(syscall(nr.rt_sigprocmask, SIG_BLOCK, 0, scratch, SET_SIZE), "rt_sigprocmask");
  const blocked: number[] = [];
  for (let signal = 1; signal <= LAST; signal++) {
    const word = scratchView.getUint32(signal > 32 ? 4 : 0, true);
    if ((word >>> ((signal - 1) & 31)) & 1) blocked.push(signal);
  }
  return blocked;
}

/** A non-blocking, close-on-exec descriptor from which these signals, which must be blocked, are read. */
export function signalfd(signals: readonly number[]): number {
  putSet(signals);
  return check(syscall(nr.signalfd4, -1, scratch, SET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd4");
}

/** A signal taken from a `signalfd`, or null when none waits. `pid` is the sender, as this pid namespace sees it. */
export function readSignal(fd: number): { signal: number; pid: number } | null {
  // struct signalfd_siginfo: u32 signo at 0, s32 errno, s32 code, u32 pid at 12; 128 bytes.
  const result = syscall(nr.read, fd, scratchAddress(), 128);
  if (result === -EAGAIN || result === -EINTR) return null;
  check(result, "read");
  return { signal: scratchView.getUint32(0, true), pid: scratchView.getUint32(12, true) };
}

function putSet(signals: readonly number[]): void {
  let low = 0;
  let high = 0;
  for (const signal of signals) {
    if (signal <= 32) low |= 1 << (signal - 1);
    else high |= 1 << (signal - 33);
  }
  scratchView.setUint32(0, low >>> 0, true);
  scratchView.setUint32(4, high >>> 0, true);
}
