/** The process itself: its ids, its children by fork, its end. */

import { check } from "./error.ts";
import { nr, syscall } from "./primitive.ts";
import { SIGNAL } from "./signal.ts";

/**
 * Forks. Returns 0 in the child, the child's pid in the parent. Safe without libc because the host program has one
 * thread; on Bun the child must reach `execve` or `exit` with few steps, since the helper threads are gone.
 */
export function fork(): number {
  return check(syscall(nr.clone, SIGNAL.CHLD, 0, 0, 0, 0), "clone");
}

/** Ends the process at once, without flushing or finalizers. */
export function exit(status: number): never {
  syscall(nr.exit_group, status);
  throw new Error("exit_group returned");
}

export function getpid(): number {
  return syscall(nr.getpid);
}

export function getppid(): number {
  return syscall(nr.getppid);
}

export function getuid(): number {
  return syscall(nr.getuid);
}

export function geteuid(): number {
  return syscall(nr.geteuid);
}

export function getgid(): number {
  return syscall(nr.getgid);
}

export function getegid(): number {
  return syscall(nr.getegid);
}

/** Moves `pid` (0: the caller) into the process group `group` (0: one of its own). */
export function setpgid(pid: number, group: number): void {
  check(syscall(nr.setpgid, pid, group), "setpgid");
}

/** Process group of `pid` (0: the caller). */
export function getpgid(pid: number): number {
  return check(syscall(nr.getpgid, pid), "getpgid");
}

/** Makes the caller the leader of a new session; returns its id. */
export function setsid(): number {
  return check(syscall(nr.setsid), "setsid");
}

/** Sends a signal to `pid` (negative: to the process group). A signal of 0 only checks. */
export function kill(pid: number, signal: number): void {
  check(syscall(nr.kill, pid, signal), "kill");
}

/** Sets the file mode creation mask; returns the old one. */
export function umask(mask: number): number {
  return syscall(nr.umask, mask);
}

/** Runs `work` with files made and looked at as those of a user and a group, and comes back whatever happens. */
export function withFileOwner(uid: number, gid: number, work: () => void): void {
  // Both return what was before, and tell of no error.
  const group = syscall(nr.setfsgid, gid);
  const user = syscall(nr.setfsuid, uid);
  try {
    work();
  } finally {
    syscall(nr.setfsuid, user);
    syscall(nr.setfsgid, group);
  }
}
