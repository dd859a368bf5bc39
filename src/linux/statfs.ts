/** What the kernel knows of a file system: its kind, and how it is mounted where a file is reached. */

import { check } from "./error.ts";
import { cstring, getU64, type Path, scratch, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** Type numbers (linux/magic.h). */
export const FILE_SYSTEM = {
  proc: 0x9fa0,
  sysfs: 0x6265_6572,
  tmpfs: 0x0102_1994,
  cgroup: 0x27e0eb,
  cgroup2: 0x6367_7270,
  nsfs: 0x6e73_6673,
  ext4: 0xef53,
  xfs: 0x5846_5342,
  btrfs: 0x9123_683e,
  overlay: 0x794c_7630,
  fuse: 0x6573_5546,
  nfs: 0x6969,
  cifs: 0xff53_4d42,
  smb2: 0xfe53_4d42,
} as const;

export interface FileSystem {
  /** One of FILE_SYSTEM, or another number of linux/magic.h. */
  readonly type: number;
  /** Of the mount, not only of the file system. */
  readonly readOnly: boolean;
  readonly noSuid: boolean;
  readonly noDev: boolean;
  readonly noExec: boolean;
  /** Bytes that an unprivileged user can still write, and bytes in all. */
  readonly available: number;
  readonly total: number;
  /** Inodes in all, and those that are free; both 0 where the file system has no limit of them. */
  readonly inodes: number;
  readonly freeInodes: number;
}

const ST_RDONLY = 1;
const ST_NOSUID = 2;
const ST_NODEV = 4;
const ST_NOEXEC = 8;

/** Of the file system at a path. */
export function statfs(path: Path): FileSystem {
  check(syscall(nr.statfs, cstring(path), scratch), "statfs", path);
  return decodeStatfs();
}

/** Of the file system that holds the open file `fd`. */
export function fstatfs(fd: number): FileSystem {
  check(syscall(nr.fstatfs, fd, scratch), "fstatfs");
  return decodeStatfs();
}

/** struct statfs of both architectures: s64 type 0, bsize 8, blocks 16, bavail 32, files 40, ffree 48, frsize 72, flags 80; 120 bytes. */
function decodeStatfs(): FileSystem {
  const flags = scratchView.getUint32(80, true);
  const block = getU64(scratchView, 72) || getU64(scratchView, 8);
  return {
    type: scratchView.getUint32(0, true),
    readOnly: (flags & ST_RDONLY) !== 0,
    noSuid: (flags & ST_NOSUID) !== 0,
    noDev: (flags & ST_NODEV) !== 0,
    noExec: (flags & ST_NOEXEC) !== 0,
    available: getU64(scratchView, 32) * block,
    total: getU64(scratchView, 16) * block,
    inodes: getU64(scratchView, 40),
    freeInodes: getU64(scratchView, 48),
  };
}
