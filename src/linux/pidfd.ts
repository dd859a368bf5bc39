/** Processes by descriptor: a pidfd stays the same process when its pid is reused. It is readable once that has ended. */

import { check } from "./error.ts";
import { nr, syscall } from "./primitive.ts";

const ESRCH = 3;

/** A close-on-exec pidfd of the process `pid`. */
export function pidfdOpen(pid: number): number {
  return check(syscall(nr.pidfd_open, pid, 0), "pidfd_open");
}

/**
 * Sends a signal to the process of a pidfd, or of a `/proc/PID` directory descriptor (which works across pid
 * namespaces). Returns false when it has ended already.
 */
export function pidfdSignal(fd: number, signal: number): boolean {
  const result = syscall(nr.pidfd_send_signal, fd, signal, 0, 0);
  if (result === -ESRCH) return false;
  check(result, "pidfd_send_signal");
  return true;
}

/** A close-on-exec copy of the descriptor `fd` of the process: the same open file, with its position. Needs to be allowed to trace it. */
export function pidfdDescriptor(process: number, fd: number): number {
  return check(syscall(nr.pidfd_getfd, process, fd, 0), "pidfd_getfd");
}
