/**
 * A process without a copy of this one's memory. The copy is what makes a fork dear, and the child of one rarely needs
 * it: a few system calls, and it executes a program. So these are written down beforehand, as a list, and the child makes them
 * in this process's memory, on a stack of its own, while this process goes on.
 */

import { type Call, CallList, STACK } from "./call-list.ts";
import { check, type LinuxError } from "./error.ts";
import { scratchAddress, scratchView, setU64 } from "./memory.ts";
import { addressOf, spawn as makeProcess, nr } from "./primitive.ts";
import { SIGNAL } from "./signal.ts";
import { exiting } from "./steps.ts";

const CLONE_VM = 0x100;
const CLONE_PIDFD = 0x1000;
/** CLONE_INTO_CGROUP is bit 33: the high half of the flags. */
const CLONE_INTO_CGROUP_HIGH = 2;
const SIZEOF_CLONE_ARGS = 88;
const PIDFD = 128;
/** Exit status of a child that could not become its program. */
const NOT_STARTED = 126;

export class Child {
  readonly pid: number;
  /** Readable once the child has ended. Close-on-exec. */
  readonly pidfd: number;
  readonly #list: CallList;

  constructor(pid: number, pidfd: number, list: CallList) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.#list = list;
  }

  /**
   * Of a child that has ended: what kept it from executing a program, with errno 0 for a result that was not the one wanted;
   * undefined when nothing did.
   */
  failure(): LinuxError | undefined {
    children.delete(this);
    return this.#list.failure();
  }
}

/** Keeps what a child may still use; until its end is known, by `failure`. */
const children = new Set<Child>();

/**
 * Starts a process that gives all signals their default actions, blocks none, and makes `calls`, of which the last is to
 * execute a program; in the cgroup v2 directory that `cgroup` is open on, when one is given. When a call fails, the process
 * exits with status 126. Throws LinuxError when there is no process.
 */
export function spawn(calls: readonly Call[], cgroup?: number): Child {
  const list = new CallList(calls, exiting(NOT_STARTED));
  const { bytes } = list;
  const stack = addressOf(bytes) + bytes.length - STACK;
  scratchView.setInt32(PIDFD, -1, true);
  const pid = cgroup === undefined ? clone(bytes, stack) : cloneInto(bytes, stack, cgroup);
  const child = new Child(pid, scratchView.getInt32(PIDFD, true), list);
  children.add(child);
  return child;
}

/** The stack grows downwards from an address that 16 divides. */
function clone(list: Uint8Array, stack: number): number {
  const top = stack + STACK - ((stack + STACK) % 16);
  // The third argument, parent_tid, is where the kernel writes the pidfd, on both architectures.
  const flags = CLONE_VM | CLONE_PIDFD | SIGNAL.CHLD;
  return check(makeProcess(list, nr.clone, flags, top, scratchAddress() + PIDFD, 0, 0), "clone");
}

/** struct clone_args: u64 flags 0, pidfd 8, exit_signal 32, stack 40, stack_size 48, cgroup 80. */
function cloneInto(list: Uint8Array, stack: number, cgroup: number): number {
  const args = new Uint8Array(SIZEOF_CLONE_ARGS);
  const view = new DataView(args.buffer);
  view.setUint32(0, CLONE_VM | CLONE_PIDFD, true);
  view.setUint32(4, CLONE_INTO_CGROUP_HIGH, true);
  setU64(view, 8, scratchAddress() + PIDFD);
  setU64(view, 32, SIGNAL.CHLD);
  setU64(view, 40, stack);
  setU64(view, 48, STACK - ((stack + STACK) % 16));
  setU64(view, 80, cgroup);
  return check(makeProcess(list, nr.clone3, args, SIZEOF_CLONE_ARGS), "clone3");
}
