/** Which system calls this kernel has: each is made with arguments that no kernel accepts, so that nothing happens. */

import { cstring } from "./memory.ts";
import { nr, type SyscallArgument, syscall } from "./primitive.ts";

export type Knowledge = "there" | "absent" | "refused";

const EPERM = 1;
const ENOSYS = 38;
/** No flags are all of them. */
const ALL = 0xffff_ffff;
const NOWHERE = -1;

/** Arguments that are refused by every kernel that knows the call. */
const REFUSED = {
  openat2: () => [NOWHERE, cstring(""), 0, 0],
  execveat: () => [NOWHERE, cstring("x"), 0, 0, ALL],
  memfd_create: () => [cstring(""), ALL],
  statx: () => [NOWHERE, cstring(""), ALL, ALL, 0],
  close_range: () => [2, 1, 0],
  clone3: () => [0, 0],
  pidfd_open: () => [0, ALL],
  fsopen: () => [cstring(""), ALL],
  open_tree: () => [NOWHERE, cstring(""), ALL],
  move_mount: () => [NOWHERE, cstring(""), NOWHERE, cstring(""), ALL],
  mount_setattr: () => [NOWHERE, cstring(""), ALL, 0, 0],
  bpf: () => [ALL, 0, 0],
} as const satisfies { readonly [name: string]: () => SyscallArgument[] };

export type ProbedCall = keyof typeof REFUSED;

/** `refused` where a seccomp filter or a missing capability answers in the kernel's place. */
export function knowledgeOf(call: ProbedCall): Knowledge {
  const result = syscall(nr[call], ...REFUSED[call]());
  if (result === -ENOSYS) return "absent";
  return result === -EPERM ? "refused" : "there";
}
