/** Copying the content of a file to another without the bytes passing through JavaScript. */

import { LinuxError } from "./error.ts";
import { nr, syscall } from "./primitive.ts";
import { read } from "./read.ts";
import { write } from "./write.ts";

const EINTR = 4;
const EINVAL = 22;
const ENOSYS = 38;
const EFBIG = 27;
const BUFFER = 128 * 1024;

/**
 * Copies from where `from` stands to its end, to where `to` stands; returns the number of bytes. More than `limit` bytes
 * throws EFBIG, with `limit` + 1 bytes copied at most.
 */
export function copyContent(from: number, to: number, limit: number): number {
  let copied = 0;
  for (;;) {
    const result = syscall(nr.sendfile, to, from, 0, limit + 1 - copied);
    if (result === 0) return copied;
    if (result > 0) {
      copied += result;
      if (copied > limit) throw new LinuxError("sendfile", EFBIG);
    } else if (copied === 0 && (result === -EINVAL || result === -ENOSYS)) {
      return copyThroughMemory(from, to, limit);
    } else if (result !== -EINTR) throw new LinuxError("sendfile", -result);
  }
}

/** For sources that sendfile does not take, such as pipes and some files of /proc. */
function copyThroughMemory(from: number, to: number, limit: number): number {
  const buffer = new Uint8Array(BUFFER);
  let copied = 0;
  for (;;) {
    const count = read(from, buffer);
    if (count === 0) return copied;
    copied += count;
    if (copied > limit) throw new LinuxError("read", EFBIG);
    write(to, buffer.subarray(0, count));
  }
}
