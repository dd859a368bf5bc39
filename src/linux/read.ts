/** Reading: interruptions are continued, and everything that reads to the end has a limit. */

import { close } from "./descriptor.ts";
import { check, LinuxError } from "./error.ts";
import type { Path } from "./memory.ts";
import { AT_FDCWD, O, openAt, openIfThere } from "./open.ts";
import { decode, nr, syscall } from "./primitive.ts";

const EINTR = 4;
const EAGAIN = 11;
const EFBIG = 27;
const FIRST = 4 * 1024;

/** Reads at most `length` bytes into `buffer`; returns how many, 0 at the end. Throws EAGAIN on a non-blocking `fd`. */
export function read(fd: number, buffer: Uint8Array, length: number = buffer.length): number {
  return check(tryRead(fd, buffer, length), "read");
}

/** As `read`; null when nothing can be read without blocking. */
export function readNonBlocking(fd: number, buffer: Uint8Array): number | null {
  const result = tryRead(fd, buffer, buffer.length);
  return result === -EAGAIN ? null : check(result, "read");
}

/** Reads at a position, without moving the descriptor's own. */
export function pread(
  fd: number,
  buffer: Uint8Array,
  position: number,
  length: number = buffer.length,
): number {
  let result: number;
  do {
    result = syscall(nr.pread64, fd, buffer, length, position);
  } while (result === -EINTR);
  return check(result, "pread64");
}

/**
 * Reads from where `fd` stands to the end. `expected` (the size, when it is known) saves copies; the limit is what
 * counts: more than `limit` bytes throws EFBIG. Works for pipes and for /proc, where files say they are empty.
 */
export function readToEnd(fd: number, limit: number, expected = 0, path?: string): Uint8Array {
  // One byte more than expected, so that the end is seen without growing.
  let buffer = new Uint8Array(Math.min(limit, expected > 0 ? expected : FIRST) + 1);
  let filled = 0;
  for (;;) {
    const room = buffer.length - filled;
    const count = tryRead(fd, filled === 0 ? buffer : buffer.subarray(filled), room);
    if (count < 0) throw new LinuxError("read", -count, path);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
    if (filled > limit) throw new LinuxError("read", EFBIG, path);
    if (filled === buffer.length) {
      const larger = new Uint8Array(Math.min(limit + 1, filled * 4));
      larger.set(buffer);
      buffer = larger;
    }
  }
}

/** The bytes of a file of at most `limit` bytes; EFBIG beyond. */
export function readFile(path: Path, limit: number, dir: number = AT_FDCWD): Uint8Array {
  return readAndClose(openAt(dir, path, O.RDONLY), path, limit);
}

/** As `readFile`; null when there is no such file. */
export function readFileIfThere(path: Path, limit: number, dir: number = AT_FDCWD): Uint8Array | null {
  const fd = openIfThere(dir, path, O.RDONLY);
  return fd === null ? null : readAndClose(fd, path, limit);
}

/** The text of a file of at most `limit` bytes. */
export function readText(path: Path, limit: number, dir: number = AT_FDCWD): string {
  return decode(readFile(path, limit, dir));
}

/** As `readText`; null when there is no such file. */
export function readTextIfThere(path: Path, limit: number, dir: number = AT_FDCWD): string | null {
  const bytes = readFileIfThere(path, limit, dir);
  return bytes === null ? null : decode(bytes);
}

/** As `readTextIfThere`; null also for a file that cannot be read or is longer. */
export function readTextIfPossible(path: string, limit: number): string | null {
  try {
    return readTextIfThere(path, limit);
  } catch (error) {
    if (error instanceof LinuxError) return null;
    throw error;
  }
}

function readAndClose(fd: number, path: Path, limit: number): Uint8Array {
  try {
    return readToEnd(fd, limit, 0, typeof path === "string" ? path : undefined);
  } finally {
    close(fd);
  }
}

function tryRead(fd: number, buffer: Uint8Array, length: number): number {
  let result: number;
  do {
    result = syscall(nr.read, fd, buffer, length);
  } while (result === -EINTR);
  return result;
}
