/** What the kernel knows of a file: one statx gives type, mode, owner, size, times, device, inode, mount and flags. */

import { check } from "./error.ts";
import { cstring, getI64, getU64, type Path, scratch, scratchAddress, scratchView } from "./memory.ts";
import { AT_FDCWD } from "./open.ts";
import { nr, syscall } from "./primitive.ts";

/** The type bits of `Stat.mode`. */
export const TYPE = {
  mask: 0o170000,
  fifo: 0o010000,
  characterDevice: 0o020000,
  directory: 0o040000,
  blockDevice: 0o060000,
  file: 0o100000,
  link: 0o120000,
  socket: 0o140000,
} as const;

export interface Stat {
  /** Type and permission bits, as `st_mode`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly links: number;
  /** Of the last change to the content, and to the inode; milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Exactly: whole seconds, rounded down, and nanoseconds after them; of the last access, too. */
  readonly atimeSeconds: number;
  readonly atimeNanoseconds: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  /** The device that holds the file, and for a device node the device it stands for: major × 2^20 + minor. */
  readonly device: number;
  readonly represents: number;
  /** Exact up to 2^53 only; compare files by `sameFile`. */
  readonly inode: number;
  readonly inodeLow: number;
  /** As in /proc/self/mountinfo; 0 on a kernel before 5.8. */
  readonly mountId: number;
  /** `chattr +i`, as far as the file system says so. */
  readonly immutable: boolean;
  /** Whether the file is the root of a mount. */
  readonly mountRoot: boolean;
}

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_NO_AUTOMOUNT = 0x800;
const STATX_BASIC_STATS = 0x7ff;
const STATX_MNT_ID = 0x1000;
const WANTED = STATX_BASIC_STATS | STATX_MNT_ID;
const ATTRIBUTE_IMMUTABLE = 0x10;
const ATTRIBUTE_MOUNT_ROOT = 0x2000;
const ENOENT = 2;
const ENOTDIR = 20;

/** Of what a path leads to, following links. */
export function stat(path: Path, dir: number = AT_FDCWD): Stat {
  check(syscall(nr.statx, dir, cstring(path), AT_NO_AUTOMOUNT, WANTED, scratch), "statx", path);
  return decodeStat();
}

/** Of the path itself: a symbolic link at its end is not followed. */
export function lstat(path: Path, dir: number = AT_FDCWD): Stat {
  const flags = AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  check(syscall(nr.statx, dir, cstring(path), flags, WANTED, scratch), "statx", path);
  return decodeStat();
}

/** As `lstat`, of a name in memory at `address`, with a NUL at its end. */
export function lstatAt(dir: number, address: number): Stat {
  const flags = AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  check(syscall(nr.statx, dir, address, flags, WANTED, scratchAddress()), "statx");
  return decodeStat();
}

/** As `lstat`; null when nothing is there. */
export function lstatIfThere(path: Path, dir: number = AT_FDCWD): Stat | null {
  const flags = AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  const result = syscall(nr.statx, dir, cstring(path), flags, WANTED, scratch);
  if (result === -ENOENT || result === -ENOTDIR) return null;
  check(result, "statx", path);
  return decodeStat();
}

/** Whether something, if only a dangling link, has this name. */
export function exists(path: Path, dir: number = AT_FDCWD): boolean {
  return lstatIfThere(path, dir) !== null;
}

let emptyPath: Uint8Array | undefined;

/** Of an open descriptor, O.PATH included. */
export function fstat(fd: number): Stat {
  emptyPath ??= cstring("");
  check(syscall(nr.statx, fd, emptyPath, AT_EMPTY_PATH, WANTED, scratch), "statx");
  return decodeStat();
}

/** Whether both describe one file: same device, same inode. */
export function sameFile(a: Stat, b: Stat): boolean {
  return a.device === b.device && a.inode === b.inode && a.inodeLow === b.inodeLow;
}

/**
 * struct statx: u64 attributes at 8, u32 nlink 16, u32 uid 20, u32 gid 24, u16 mode 28, u64 ino 32, u64 size 40,
 * times {s64 sec, u32 nsec, pad} with atime 64, ctime 96 and mtime 112, u32 rdev major 128 and minor 132, u32 dev major 136 and
 * minor 140, u64 mnt_id 144; 256 bytes.
 */
function decodeStat(): Stat {
  const view = scratchView;
  const attributes = view.getUint32(8, true);
  const mtimeSeconds = getI64(view, 112);
  const mtimeNanoseconds = view.getUint32(120, true);
  const ctimeSeconds = getI64(view, 96);
  const ctimeNanoseconds = view.getUint32(104, true);
  return {
    mode: view.getUint16(28, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    size: getU64(view, 40),
    links: view.getUint32(16, true),
    mtimeMs: mtimeSeconds * 1000 + mtimeNanoseconds / 1e6,
    ctimeMs: ctimeSeconds * 1000 + ctimeNanoseconds / 1e6,
    atimeSeconds: getI64(view, 64),
    atimeNanoseconds: view.getUint32(72, true),
    mtimeSeconds,
    mtimeNanoseconds,
    ctimeSeconds,
    ctimeNanoseconds,
    device: view.getUint32(136, true) * 0x10_0000 + view.getUint32(140, true),
    represents: view.getUint32(128, true) * 0x10_0000 + view.getUint32(132, true),
    inode: getU64(view, 32),
    inodeLow: view.getUint32(32, true),
    mountId: view.getUint32(0, true) & STATX_MNT_ID ? getU64(view, 144) : 0,
    immutable: (attributes & ATTRIBUTE_IMMUTABLE) !== 0,
    mountRoot: (attributes & ATTRIBUTE_MOUNT_ROOT) !== 0,
  };
}
