/** The machine's name, as this process's UTS namespace has it. */

import { check } from "./error.ts";
import { scratch } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

const FIELD = 65;

/** What `uname -n` prints. */
export function hostName(): string {
  // struct new_utsname: six fields of 65 bytes; nodename is the second.
  check(syscall(nr.uname, scratch), "uname");
  const name = scratch.subarray(FIELD, 2 * FIELD);
  return decode(name.subarray(0, name.indexOf(0)));
}
