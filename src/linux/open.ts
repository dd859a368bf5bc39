/**
 * Opening files. `openIn` uses openat2, which can confine the walk to a directory and refuse symbolic links: the way to
 * follow any path that somebody else had a hand in. Everything is opened close-on-exec, and never becomes the terminal.
 */

import { check } from "./error.ts";
import { cstring, type Path, scratch, scratchView, setU64 } from "./memory.ts";
import { arch, nr, syscall } from "./primitive.ts";

/** Open flags, as x86_64 numbers them; aarch64 has other bits for some, which this module alone translates. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  TMPFILE: 0o20200000,
} as const;

/** How openat2 resolves a path (linux/openat2.h). */
export const RESOLVE = {
  /** No mount point may be crossed. */
  NO_XDEV: 1,
  /** No link of /proc such as /proc/PID/fd/N. */
  NO_MAGICLINKS: 2,
  /** No symbolic link at all, in any component. */
  NO_SYMLINKS: 4,
  /** Never leave the directory: an absolute path or link, or `..` above it, fails (EXDEV). */
  BENEATH: 8,
  /** The directory is `/` for the path, for `..` and for links. */
  IN_ROOT: 16,
} as const;

/** The current directory, as a directory descriptor. */
export const AT_FDCWD = -100;

const EAGAIN = 11;
const EINTR = 4;
const ENOENT = 2;
const SIZEOF_OPEN_HOW = 24;

/** Opens a path below the current directory or an absolute one; returns the descriptor. */
export function open(path: Path, flags: number, mode = 0o600): number {
  return openAt(AT_FDCWD, path, flags, mode);
}

/** Opens a path relative to the directory descriptor `dir`. */
export function openAt(dir: number, path: Path, flags: number, mode = 0o600): number {
  return check(tryOpen(dir, path, flags, mode), "openat", path);
}

/** As `openAt`; null when there is no such file. Cheaper than catching the error. */
export function openIfThere(dir: number, path: Path, flags: number): number | null {
  const result = tryOpen(dir, path, flags, 0);
  return result === -ENOENT ? null : check(result, "openat", path);
}

/** Opens by openat2 with RESOLVE flags. A race with a rename (EAGAIN) is tried again, some times. */
export function openIn(dir: number, path: Path, flags: number, resolve: number, mode = 0): number {
  const bytes = cstring(path);
  // struct open_how: u64 flags, u64 mode, u64 resolve. A mode is only allowed with O_CREAT or O_TMPFILE.
  setU64(scratchView, 0, kernelFlags(flags));
  setU64(scratchView, 8, mode);
  setU64(scratchView, 16, resolve);
  let result: number;
  let tries = 32;
  do {
    result = syscall(nr.openat2, dir, bytes, scratch, SIZEOF_OPEN_HOW);
  } while (result === -EINTR || (result === -EAGAIN && --tries > 0));
  return check(result, "openat2", path);
}

function tryOpen(dir: number, path: Path, flags: number, mode: number): number {
  const bytes = cstring(path);
  const kernel = kernelFlags(flags);
  let result: number;
  do {
    result = syscall(nr.openat, dir, bytes, kernel, mode);
  } while (result === -EINTR);
  return result;
}

/** On aarch64 DIRECTORY is 0o40000 and NOFOLLOW 0o100000. With PATH, openat2 takes no flag that does not go with it. */
function kernelFlags(flags: number): number {
  const all = flags | O.CLOEXEC | (flags & O.PATH ? 0 : O.NOCTTY);
  if (arch !== "aarch64") return all;
  const rest = all & ~(O.DIRECTORY | O.NOFOLLOW);
  return rest | (all & O.DIRECTORY ? 0o40000 : 0) | (all & O.NOFOLLOW ? 0o100000 : 0);
}
