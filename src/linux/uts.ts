/** Names of the machine and its kernel. */

import { check } from "./error.ts";
import { scratch } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

const FIELD = 65;

/** What `uname -n` prints: the machine's name, as this process's UTS namespace has it. */
export function hostName(): string {
  return field(1);
}

/** What `uname -r` prints: the kernel's release. */
export function kernelRelease(): string {
  return field(2);
}

/** What `uname -m` prints: the machine's architecture, such as `x86_64`. */
export function machineName(): string {
  return field(4);
}

/** struct new_utsname: six fields of 65 bytes. */
function field(index: number): string {
  check(syscall(nr.uname, scratch), "uname");
  const name = scratch.subarray(index * FIELD, (index + 1) * FIELD);
  return decode(name.subarray(0, name.indexOf(0)));
}
