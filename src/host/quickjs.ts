/**
 * The primitive inside hookwright-host: what native/bridge.c put on `globalThis.hookwrightHost`, with types. Also the
 * arguments and the environment, as strings for decisions and as raw bytes for an `execve` that changes nothing. These
 * are there only once the process runs: a module that becomes part of the heap image is evaluated when that is built.
 */

import type { Primitive } from "../linux/primitive.ts";

export interface Host extends Primitive {
  /** The name that chose this program: `runtime`, `guard`, or the name of a compiled hook. */
  readonly applet: string;
  /** The path that was executed, as it was given to execve. */
  readonly program: string;
  /** As UTF-8, invalid bytes replaced; argv[0] is the name the program was called by. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The same, byte for byte, each word ended by a NUL: what execve needs. */
  readonly argvBytes: Uint8Array;
  readonly envBytes: Uint8Array;
}

const given: unknown = Reflect.get(globalThis, "hookwrightHost");
if (given === undefined) throw new Error("this program runs only inside hookwright-host");

export const host = given as Host;
