/**
 * Files in memory that nobody can change once they are sealed: what is hashed is then what is run. The executable kind
 * is asked for by name (MFD_EXEC), which kernels before 6.3 do not know and do not need.
 */

import { check } from "./error.ts";
import { cstring } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_NOEXEC_SEAL = 8;
const MFD_EXEC = 0x10;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const F_SEAL_SEAL = 1;
const F_SEAL_SHRINK = 2;
const F_SEAL_GROW = 4;
const F_SEAL_WRITE = 8;
const F_SEAL_EXEC = 0x20;
const CONTENT = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
const EINVAL = 22;

/**
 * A new close-on-exec file in memory. `name` shows in /proc only. Throws EACCES for an executable one where
 * `vm.memfd_noexec` forbids it.
 */
export function createMemfd(name: string, executable: boolean): number {
  const bytes = cstring(name);
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  let result = syscall(nr.memfd_create, bytes, flags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));
  if (result === -EINVAL) result = syscall(nr.memfd_create, bytes, flags);
  return check(result, "memfd_create");
}

/** Forbids, for good, every change to the content, the length and (since 6.3) the executable bits of a memfd. */
export function sealMemfd(fd: number): void {
  let result = syscall(nr.fcntl, fd, F_ADD_SEALS, CONTENT | F_SEAL_EXEC);
  if (result === -EINVAL) result = syscall(nr.fcntl, fd, F_ADD_SEALS, CONTENT);
  check(result, "fcntl F_ADD_SEALS");
}

/** Whether the content of `fd` can no longer change; false for what is no memfd. */
export function isSealed(fd: number): boolean {
  const seals = syscall(nr.fcntl, fd, F_GET_SEALS, 0);
  return seals >= 0 && (seals & CONTENT) === CONTENT;
}
