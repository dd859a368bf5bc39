/** From the start of a hook's program to its end: the state, the options, the run, and what is said when it fails. */

import { MAX_STATE_BYTES } from "../codec/state.ts";
import { LinuxError } from "../linux/error.ts";
import { decode } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { readToEnd } from "../linux/read.ts";
import { write } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { callOf } from "./call.ts";
import type { Hook } from "./define.ts";
import { DESCRIBE, describe } from "./description.ts";
import { readOptions } from "./option.ts";
import { perform } from "./perform.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Runs the hook as a program; returns the exit status. Uncaught are only mistakes of the hook's own program. */
function start(hook: Hook, argv: readonly string[], env: readonly string[]): number {
  if (argv.length === 2 && argv[1] === DESCRIBE) {
    write(STDOUT, `${JSON.stringify(describe(hook))}\n`);
    return EXIT.ok;
  }
  try {
    const options = readOptions(hook.name, hook.options, argv, env);
    const call = callOf(hook, decode(readToEnd(STDIN, MAX_STATE_BYTES)), env);
    perform(hook, call, options);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
    const hint = error instanceof Failure && error.hint !== undefined ? `\n  ${error.hint}` : "";
    write(STDERR, `${hook.name}: ${error.message}${hint}\n`);
    return error instanceof Failure ? error.exitCode : EXIT.failed;
  }
}

/** As the program of the hook that a main module exports. */
export function startProgram(hook: Hook | undefined, argv: readonly string[], env: readonly string[]): never {
  if (typeof hook?.run !== "function") {
    write(STDERR, "this program's main module does not export a hook: `export default defineHook(…)`\n");
    exit(EXIT.own);
  }
  exit(start(hook, argv, env));
}
