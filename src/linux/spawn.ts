/**
 * A process without a copy of this one's memory. The copy is what makes a fork dear, and the child of one rarely needs
 * it: a few system calls, and it executes a program. So these are written down beforehand, as a list, and the child makes them
 * in this process's memory, on a stack of its own, while this process goes on.
 */

import { check, LinuxError } from "./error.ts";
import { scratchAddress, scratchView, setU64 } from "./memory.ts";
import { addressOf, spawn as makeProcess, nr, type SyscallArgument } from "./primitive.ts";
import { SIGNAL } from "./signal.ts";

const CLONE_VM = 0x100;
const CLONE_PIDFD = 0x1000;
/** CLONE_INTO_CGROUP is bit 33: the high half of the flags. */
const CLONE_INTO_CGROUP_HIGH = 2;
const SIZEOF_CLONE_ARGS = 88;
const PIDFD = 128;

/**
 * s64 index of the call that failed, s64 its result, u64 how many calls follow; for each of them s64 number, six arguments, the
 * result that is wanted; then room for the stack.
 */
const HEADER = 24;
const CALL = 64;
const WANTED = 56;
const STACK = 4096;
const HALF = 0x1_0000_0000;

export interface Call {
  /** For the error. */
  name: string;
  nr: number;
  /** Buffers must stay as they are until the process has started. */
  args: readonly SyscallArgument[];
  /** Any other result is a failure; without it, a negative one is. */
  wanted?: number;
}

export class Child {
  readonly pid: number;
  /** Readable once the child has ended. Close-on-exec. */
  readonly pidfd: number;
  readonly #calls: readonly Call[];
  /** Memory that the child uses until it executes a program. */
  readonly #list: Uint8Array<ArrayBuffer>;

  constructor(pid: number, pidfd: number, calls: readonly Call[], list: Uint8Array<ArrayBuffer>) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.#calls = calls;
    this.#list = list;
  }

  /**
   * Of a child that has ended: what kept it from executing a program, with errno 0 for a result that was not the one wanted;
   * undefined when nothing did.
   */
  failure(): LinuxError | undefined {
    children.delete(this);
    const view = new DataView(this.#list.buffer);
    const failed = this.#calls[view.getInt32(0, true)];
    return failed && new LinuxError(failed.name, Math.max(-view.getInt32(8, true), 0));
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
  const list = listOf(calls);
  const stack = addressOf(list) + list.length - STACK;
  scratchView.setInt32(PIDFD, -1, true);
  const pid = cgroup === undefined ? clone(list, stack) : cloneInto(list, stack, cgroup);
  const child = new Child(pid, scratchView.getInt32(PIDFD, true), calls, list);
  children.add(child);
  return child;
}

function listOf(calls: readonly Call[]): Uint8Array<ArrayBuffer> {
  const list = new Uint8Array(HEADER + calls.length * CALL + STACK);
  // A Uint32Array keeps the low 32 bits of what is put into it, of a negative number too.
  const halves = new Uint32Array(list.buffer);
  const put = (at: number, value: number) => {
    halves[at] = value;
    if (value < 0 || value >= HALF) halves[at + 1] = Math.floor(value / HALF);
  };
  put(0, -1);
  put(4, calls.length);
  let at = HEADER / 4;
  for (const { nr, args, wanted = -1 } of calls) {
    put(at, nr);
    let place = at + 2;
    for (const argument of args) {
      put(place, typeof argument === "number" ? argument : addressOf(argument));
      place += 2;
    }
    put(at + WANTED / 4, wanted);
    at += CALL / 4;
  }
  return list;
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
