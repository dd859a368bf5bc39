/** Changing what an inode says: mode, owner, times, length, the immutable flag; and waiting until the disk has it. */

import type { Time } from "./clock.ts";
import { check } from "./error.ts";
import { cstring, type Path, scratch, scratchView, setU64 } from "./memory.ts";
import { AT_FDCWD } from "./open.ts";
import { nr, syscall } from "./primitive.ts";

// The size in these numbers is that of a long, though the kernel reads and writes an int.
const FS_IOC_GETFLAGS = 0x8008_6601;
const FS_IOC_SETFLAGS = 0x4008_6602;
const FS_IMMUTABLE_FL = 0x10;
const EPERM = 1;
const ENOTTY = 25;
const EINVAL = 22;
const EOPNOTSUPP = 95;

/** Sets the permission bits (07777) of an open file. */
export function fchmod(fd: number, mode: number): void {
  check(syscall(nr.fchmod, fd, mode), "fchmod");
}

/** Sets the permission bits of what a path leads to. */
export function chmod(path: Path, mode: number, dir: number = AT_FDCWD): void {
  check(syscall(nr.fchmodat, dir, cstring(path), mode), "fchmodat", path);
}

/** As `fchmod`, of a file that is open by O_PATH alone. */
export function chmodHandle(fd: number, mode: number): void {
  chmod(`/proc/self/fd/${fd}`, mode);
}

/** Gives an open file to a user and a group; -1 leaves one as it is. */
export function fchown(fd: number, uid: number, gid: number): void {
  check(syscall(nr.fchown, fd, uid, gid), "fchown");
}

/** Gives the file at a path, a link itself, to a user and a group; -1 leaves one as it is. */
export function lchown(path: Path, uid: number, gid: number, dir: number = AT_FDCWD): void {
  const AT_SYMLINK_NOFOLLOW = 0x100;
  check(syscall(nr.fchownat, dir, cstring(path), uid, gid, AT_SYMLINK_NOFOLLOW), "fchownat", path);
}

/** Sets the times of last access and last change of an open file. */
export function setTimesOf(fd: number, atime: Time, mtime: Time): void {
  putTimes(atime, mtime);
  check(syscall(nr.utimensat, fd, 0, scratch, 0), "utimensat");
}

/** As `setTimesOf`, of the file at a path: of a link itself. */
export function setTimes(path: Path, atime: Time, mtime: Time, dir: number = AT_FDCWD): void {
  const AT_SYMLINK_NOFOLLOW = 0x100;
  const name = cstring(path);
  putTimes(atime, mtime);
  check(syscall(nr.utimensat, dir, name, scratch, AT_SYMLINK_NOFOLLOW), "utimensat", path);
}

/** Two times {s64 seconds, s64 nanoseconds}. */
function putTimes(atime: Time, mtime: Time): void {
  setU64(scratchView, 0, atime.seconds);
  setU64(scratchView, 8, atime.nanoseconds);
  setU64(scratchView, 16, mtime.seconds);
  setU64(scratchView, 24, mtime.nanoseconds);
}

/** Makes a fifo or a device node: `mode` has its TYPE bits, `major` and `minor` name a device. The umask applies. */
export function makeNode(
  path: Path,
  mode: number,
  major: number,
  minor: number,
  dir: number = AT_FDCWD,
): void {
  // As the kernel decodes it: minor bits 0-7, major 0-11, then minor 8-19.
  const device = ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
  check(syscall(nr.mknodat, dir, cstring(path), mode, device), "mknodat", path);
}

/** Cuts or extends an open file to `length` bytes. */
export function ftruncate(fd: number, length: number): void {
  check(syscall(nr.ftruncate, fd, length), "ftruncate");
}

/** Waits until content and inode of the open file, or the names in a directory, are on the disk. */
export function fsync(fd: number): void {
  check(syscall(nr.fsync, fd), "fsync");
}

/** As `fsync`, without times that nothing needs to be read back. */
export function fdatasync(fd: number): void {
  check(syscall(nr.fdatasync, fd), "fdatasync");
}

/**
 * Sets or clears `chattr +i` of the open file. Returns false where the file system has no such flag, or the process may
 * not set it (CAP_LINUX_IMMUTABLE).
 */
export function setImmutable(fd: number, on: boolean): boolean {
  const flags = inodeFlags(fd);
  if (flags === null) return false;
  if (((flags & FS_IMMUTABLE_FL) !== 0) === on) return true;
  scratchView.setUint32(0, on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL, true);
  const result = syscall(nr.ioctl, fd, FS_IOC_SETFLAGS, scratch);
  if (unsupported(result) || result === -EPERM) return false;
  check(result, "ioctl FS_IOC_SETFLAGS");
  return true;
}

/** Whether the open file has `chattr +i`; null where the file system has no such flag. */
export function isImmutable(fd: number): boolean | null {
  const flags = inodeFlags(fd);
  return flags === null ? null : (flags & FS_IMMUTABLE_FL) !== 0;
}

function inodeFlags(fd: number): number | null {
  const result = syscall(nr.ioctl, fd, FS_IOC_GETFLAGS, scratch);
  if (unsupported(result)) return null;
  check(result, "ioctl FS_IOC_GETFLAGS");
  return scratchView.getUint32(0, true);
}

function unsupported(result: number): boolean {
  return result === -ENOTTY || result === -EOPNOTSUPP || result === -EINVAL;
}
