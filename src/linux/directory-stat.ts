/**
 * A directory with the status of every file in it: what a walk over a large tree asks for. Names are given to the kernel
 * where it put them itself, so nothing is made for a file but its name and its status.
 */

import { check } from "./error.ts";
import { addressOf, nr, syscall } from "./primitive.ts";
import { lstatAt, type Stat } from "./stat.ts";

export interface NamedStat {
  /** Bytes, one per character (U+0000 to U+00FF). */
  readonly name: string;
  /** Of a symbolic link itself. */
  readonly stat: Stat;
}

const SIZE = 64 * 1024;
const DOT = 46;

let buffer: Uint8Array | undefined;
let view: DataView;
let address = 0;

/** The files of an open directory without `.` and `..`, in the order of the file system. Throws LinuxError. */
export function statEntries(fd: number): NamedStat[] {
  if (buffer === undefined) {
    buffer = new Uint8Array(SIZE);
    view = new DataView(buffer.buffer);
    address = addressOf(buffer);
  }
  const entries: NamedStat[] = [];
  for (;;) {
    const length = check(syscall(nr.getdents64, fd, address, SIZE), "getdents64");
    if (length === 0) return entries;
    // struct linux_dirent64: u64 ino, s64 off, u16 reclen at 16, u8 type at 18, the name with its NUL at 19.
    for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
      const start = at + 19;
      const end = buffer.indexOf(0, start);
      if (end - start <= 2 && buffer[start] === DOT && buffer[end - 1] === DOT) continue;
      const name = String.fromCharCode.apply(null, buffer.subarray(start, end) as unknown as number[]);
      entries.push({ name, stat: lstatAt(fd, address + start) });
    }
  }
}
