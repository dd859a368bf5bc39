/** Locks on open files, which end with the last descriptor of the open file: a killed process leaves none behind. */

import { check } from "./error.ts";
import { nr, syscall } from "./primitive.ts";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;
const EAGAIN = 11;
const EINTR = 4;

/** Waits until the open file is locked: `exclusive`, or `shared` with others that share. */
export function lock(fd: number, kind: "exclusive" | "shared"): void {
  check(flock(fd, kind === "exclusive" ? LOCK_EX : LOCK_SH), "flock");
}

/** As `lock`, but returns false at once when somebody else holds the lock. */
export function tryLock(fd: number, kind: "exclusive" | "shared"): boolean {
  const result = flock(fd, (kind === "exclusive" ? LOCK_EX : LOCK_SH) | LOCK_NB);
  if (result === -EAGAIN) return false;
  check(result, "flock");
  return true;
}

export function unlock(fd: number): void {
  check(flock(fd, LOCK_UN), "flock");
}

function flock(fd: number, operation: number): number {
  let result: number;
  do {
    result = syscall(nr.flock, fd, operation);
  } while (result === -EINTR);
  return result;
}
