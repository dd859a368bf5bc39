/**
 * A list of system calls, written down beforehand, for a process that cannot run JavaScript because another one does in the
 * same memory (native/bridge.c makes them). They are made in order; when one fails, the last is made, which has no turn of its own
 * otherwise. The list ends with the stack of whoever makes the calls.
 */

import { LinuxError } from "./error.ts";
import { addressOf, type SyscallArgument } from "./primitive.ts";

/**
 * s64 index of the first call that failed, s64 its result, u64 how many calls follow; for each of them s64 number, six arguments,
 * the result that is wanted; then the stack.
 */
const HEADER = 24;
const CALL = 64;
const ARGUMENTS = 8;
const WANTED = 56;
const HALF = 0x1_0000_0000;

/** Length of the stack at a list's end. */
export const STACK = 4096;

export interface Call {
  /** For the error. */
  name: string;
  nr: number;
  /** Buffers must stay as they are until the call is made. */
  args: readonly (SyscallArgument | Place)[];
  /** Any other result is a failure; without it, a negative one is. */
  wanted?: number;
}

/** The address of an argument of the list's own, by the numbers of call and argument: a call can write there for a later one. */
export interface Place {
  call: number;
  argument: number;
}

export class CallList {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Also keeps what the calls point to. */
  readonly #calls: readonly Call[];

  /** `otherwise` is what is done when one of `calls` fails. */
  constructor(calls: readonly Call[], otherwise: Call) {
    this.#calls = [...calls, otherwise];
    this.bytes = new Uint8Array(HEADER + this.#calls.length * CALL + STACK);
    // A Uint32Array keeps the low 32 bits of what is put into it, of a negative number too.
    const halves = new Uint32Array(this.bytes.buffer);
    const put = (at: number, value: number) => {
      halves[at] = value;
      if (value < 0 || value >= HALF) halves[at + 1] = Math.floor(value / HALF);
    };
    put(0, -1);
    put(4, this.#calls.length);
    let at = HEADER / 4;
    for (const { nr, args, wanted = -1 } of this.#calls) {
      put(at, nr);
      let place = at + ARGUMENTS / 4;
      for (const argument of args) {
        put(place, this.#word(argument));
        place += 2;
      }
      put(at + WANTED / 4, wanted);
      at += CALL / 4;
    }
  }

  /** What failed first, with errno 0 for a result that was not the one wanted; undefined when nothing has. */
  failure(): LinuxError | undefined {
    const view = new DataView(this.bytes.buffer);
    const failed = this.#calls[view.getInt32(0, true)];
    return failed && new LinuxError(failed.name, Math.max(-view.getInt32(8, true), 0));
  }

  #word(argument: SyscallArgument | Place): number {
    if (typeof argument === "number") return argument;
    if (!("call" in argument)) return addressOf(argument);
    return addressOf(this.bytes) + HEADER + argument.call * CALL + ARGUMENTS + argument.argument * 8;
  }
}
