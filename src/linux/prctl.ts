/** Properties of the own process that `prctl` sets. */

import { check } from "./error.ts";
import { cstring, scratch, scratchView } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

const PR_SET_PDEATHSIG = 1;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;

function prctl(option: number, value: number | Uint8Array): number {
  return check(syscall(nr.prctl, option, value, 0, 0, 0), "prctl");
}

/**
 * The signal this process gets when its parent ends; 0 for none. Cleared in a forked child and by a set-uid execve. The
 * parent may have ended before the call: compare `getppid()` afterwards.
 */
export function setParentDeathSignal(signal: number): void {
  prctl(PR_SET_PDEATHSIG, signal);
}

/** Makes orphans below this process its children instead of init's. */
export function setChildSubreaper(on: boolean): void {
  prctl(PR_SET_CHILD_SUBREAPER, on ? 1 : 0);
}

export function isChildSubreaper(): boolean {
  prctl(PR_GET_CHILD_SUBREAPER, scratch);
  return scratchView.getInt32(0, true) !== 0;
}

/** Whether others of the same user may trace this process and read its memory; off also makes /proc/self root's. */
export function setDumpable(on: boolean): void {
  prctl(PR_SET_DUMPABLE, on ? 1 : 0);
}

export function isDumpable(): boolean {
  return prctl(PR_GET_DUMPABLE, 0) !== 0;
}

/** From now on no execve gives new privileges, here and in all descendants. Cannot be taken back. */
export function setNoNewPrivileges(): void {
  prctl(PR_SET_NO_NEW_PRIVS, 1);
}

export function hasNoNewPrivileges(): boolean {
  return prctl(PR_GET_NO_NEW_PRIVS, 0) !== 0;
}

/** The name that `ps` and `/proc/PID/comm` show; cut at 15 bytes by the kernel. */
export function setProcessName(name: string): void {
  prctl(PR_SET_NAME, cstring(name));
}

export function processName(): string {
  prctl(PR_GET_NAME, scratch);
  return decode(scratch.subarray(0, scratch.indexOf(0)));
}
