/** The number of a mount namespace that no later one has, unlike the inode's number, which is used again at once. */

import { close } from "./descriptor.ts";
import { check } from "./error.ts";
import { scratch } from "./memory.ts";
import { O, open } from "./open.ts";
import { nr, syscall } from "./primitive.ts";
import { fstat } from "./stat.ts";

/** _IOR(0xb7, 5, u64) */
const NS_GET_MNTNS_ID = 0x8008_b705;
const ENOTTY = 25;

export interface MountNamespace {
  /** 64 bits, little-endian: the id, or the inode's number where the kernel does not tell the id. */
  readonly key: Uint8Array;
  /** Whether the key is the id; kernels before 6.11 do not tell it. */
  readonly unique: boolean;
  /** As /proc/PID/ns/mnt shows it. */
  readonly inode: number;
}

/** Of the process `pid`; ENOENT when there is none. */
export function mountNamespace(pid: number | "self"): MountNamespace {
  const fd = open(`/proc/${pid}/ns/mnt`, O.RDONLY);
  try {
    const inode = fstat(fd).inode;
    const result = syscall(nr.ioctl, fd, NS_GET_MNTNS_ID, scratch);
    if (result >= 0) return { key: scratch.slice(0, 8), unique: true, inode };
    if (result !== -ENOTTY) check(result, "ioctl", `/proc/${pid}/ns/mnt`);
    const key = new Uint8Array(8);
    new DataView(key.buffer).setUint32(0, inode, true);
    return { key, unique: false, inode };
  } finally {
    close(fd);
  }
}
