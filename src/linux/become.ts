/**
 * The opposite of `spawn`: this program goes on in a new process, in the same memory, and the old one stays behind as its
 * parent, able to do no more than the system calls that were written down for it. So a program gets a parent that survives it,
 * and that it survives, for the price of a system call.
 */

import { type Call, CallList } from "./call-list.ts";
import { check } from "./error.ts";
import { become, nr } from "./primitive.ts";
import { SIGNAL } from "./signal.ts";

const CLONE_VM = 0x100;

/** What the process that stayed behind still uses. */
let behind: CallList | undefined;

/**
 * Returns in a child of this process. The process itself makes `calls`, of which the last is to end it, or `otherwise` when one of
 * them fails; `otherwise` is to end it too, or to execute a program. Descriptors are the two processes' own from here on. Throws
 * LinuxError, in the process itself, when there is no child. Once only.
 */
export function becomeChild(calls: readonly Call[], otherwise: Call): void {
  behind = new CallList(calls, otherwise);
  check(become(behind.bytes, nr.clone, CLONE_VM | SIGNAL.CHLD, 0, 0, 0, 0), "clone");
}
