/** Random bytes of the kernel. */

import { LinuxError } from "./error.ts";
import { nr, syscall } from "./primitive.ts";

const HEX = "0123456789abcdef";
const EINTR = 4;

/** `length` bytes, fit for keys. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const rest = filled === 0 ? bytes : bytes.subarray(filled);
    const result = syscall(nr.getrandom, rest, length - filled, 0);
    if (result > 0) filled += result;
    else if (result !== -EINTR) throw new LinuxError("getrandom", -result);
  }
  return bytes;
}

/** `length` random bytes as lower-case hexadecimal: for names and run ids. */
export function randomHex(length: number): string {
  let text = "";
  for (const byte of randomBytes(length)) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
  return text;
}
