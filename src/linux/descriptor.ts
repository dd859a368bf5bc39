/** Descriptors as such: closing, copying, pipes, flags. Everything that is opened here is close-on-exec. */

import { check } from "./error.ts";
import { scratch, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const F_GETFD = 1;
const F_GETFL = 3;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const FD_CLOEXEC = 1;
const ALL = 0xffff_ffff;
const EBUSY = 16;
const EINTR = 4;

/** Closes `fd`; an error is ignored, since the descriptor is gone in any case. */
export function close(fd: number): void {
  syscall(nr.close, fd);
}

/** Closes all descriptors from `first` to `last`, both included; by default all from `first` up. */
export function closeRange(first: number, last: number = ALL): void {
  check(syscall(nr.close_range, first, last, 0), "close_range");
}

/** Makes `to` the same as `from`. A copy survives execve unless `closeOnExec`; `from` and `to` must differ. */
export function duplicateTo(from: number, to: number, closeOnExec = false): void {
  let result: number;
  do {
    result = syscall(nr.dup3, from, to, closeOnExec ? O_CLOEXEC : 0);
  } while (result === -EINTR || result === -EBUSY);
  check(result, "dup3");
}

/** A close-on-exec copy of `fd`, numbered `least` or above. */
export function duplicate(fd: number, least = 0): number {
  return check(syscall(nr.fcntl, fd, F_DUPFD_CLOEXEC, least), "fcntl");
}

/** The two ends. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** A close-on-exec pipe. `nonBlocking` holds for both ends. */
export function pipe(nonBlocking = false): Pipe {
  check(syscall(nr.pipe2, scratch, nonBlocking ? O_CLOEXEC | O_NONBLOCK : O_CLOEXEC), "pipe2");
  return { read: scratchView.getInt32(0, true), write: scratchView.getInt32(4, true) };
}

/** Sets how many bytes a pipe holds (rounded up by the kernel); returns the new size. */
export function setPipeSize(fd: number, bytes: number): number {
  return check(syscall(nr.fcntl, fd, F_SETPIPE_SZ, bytes), "fcntl");
}

export function isCloseOnExec(fd: number): boolean {
  return (check(syscall(nr.fcntl, fd, F_GETFD, 0), "fcntl") & FD_CLOEXEC) !== 0;
}

/** Sets O_NONBLOCK of the open file, which all copies of the descriptor share. */
export function setNonBlocking(fd: number, on: boolean): void {
  const flags = check(syscall(nr.fcntl, fd, F_GETFL, 0), "fcntl");
  check(syscall(nr.fcntl, fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK), "fcntl");
}

/** Whether `fd` is an open descriptor. */
export function isOpen(fd: number): boolean {
  return syscall(nr.fcntl, fd, F_GETFD, 0) >= 0;
}
