/** Writing to descriptors and appending to files. */

import { close } from "./descriptor.ts";
import { check, LinuxError } from "./error.ts";
import type { Path } from "./memory.ts";
import { AT_FDCWD, O, openAt } from "./open.ts";
import { encode, nr, syscall } from "./primitive.ts";

const EINTR = 4;
const EAGAIN = 11;
const EIO = 5;

/** Writes once; returns how many bytes went out, or null when it would block. */
export function writeSome(fd: number, bytes: Uint8Array): number | null {
  let result: number;
  do {
    result = syscall(nr.write, fd, bytes, bytes.length);
  } while (result === -EINTR);
  return result === -EAGAIN ? null : check(result, "write");
}

/** Writes all of `data`, over as many calls as it takes. */
export function write(fd: number, data: Uint8Array | string): void {
  let bytes = typeof data === "string" ? encode(data) : data;
  while (bytes.length > 0) {
    const result = syscall(nr.write, fd, bytes, bytes.length);
    if (result === bytes.length) return;
    if (result > 0) bytes = bytes.subarray(result);
    else if (result !== -EINTR) throw new LinuxError("write", result === 0 ? EIO : -result);
  }
}

/** Writes all of `data` at a position, without moving the descriptor's own. */
export function pwrite(fd: number, data: Uint8Array | string, position: number): void {
  let bytes = typeof data === "string" ? encode(data) : data;
  let at = position;
  while (bytes.length > 0) {
    const result = syscall(nr.pwrite64, fd, bytes, bytes.length, at);
    if (result > 0) {
      bytes = bytes.subarray(result);
      at += result;
    } else if (result !== -EINTR) throw new LinuxError("pwrite64", result === 0 ? EIO : -result);
  }
}

/**
 * Writes `data` to an existing file by one write call: for /proc, /sys and cgroup files, where a write is a command.
 */
export function writeControl(path: Path, data: Uint8Array | string, dir: number = AT_FDCWD): void {
  const bytes = typeof data === "string" ? encode(data) : data;
  const fd = openAt(dir, path, O.WRONLY);
  let result: number;
  do {
    result = syscall(nr.write, fd, bytes, bytes.length);
  } while (result === -EINTR);
  close(fd);
  check(result, "write", path);
}

/**
 * Appends one record by one O_APPEND write, so that records of several processes never mix. Throws when the record was
 * cut short (a full disk). The file is made with `mode` when it is missing. A symbolic link at the end of the path is
 * refused, and a FIFO that stands there in its place can make this fail but never wait.
 */
export function append(path: Path, record: Uint8Array | string, mode = 0o600, dir: number = AT_FDCWD): void {
  const fd = openAt(dir, path, O.WRONLY | O.APPEND | O.CREAT | O.NOFOLLOW | O.NONBLOCK, mode);
  try {
    appendTo(fd, record, path);
  } finally {
    close(fd);
  }
}

/** As `append`, on a descriptor that was opened with O.APPEND. */
export function appendTo(fd: number, record: Uint8Array | string, path?: Path): void {
  const ENOSPC = 28;
  const bytes = typeof record === "string" ? encode(record) : record;
  const written = writeSome(fd, bytes);
  if (written === null) throw new LinuxError("write", EAGAIN, typeof path === "string" ? path : undefined);
  if (written !== bytes.length)
    throw new LinuxError("write", ENOSPC, typeof path === "string" ? path : undefined);
}
