/** One call of the recorder, from its words to its exit status. */

import { LinuxError } from "../linux/error.ts";
import { decode, encode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { write } from "../linux/write.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { rootsAt } from "../spec/roots.ts";
import { recordHook } from "./hook.ts";
import { permit } from "./permit.ts";
import { readWords } from "./words.ts";

const STDIN = 0;
const STDOUT = 1;
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** Reads HOOKWRIGHT_ROOT, and HOOKWRIGHT_PINS for a bpffs of one's own. Throws `Failure`. */
export async function run(argv: readonly string[], env: readonly string[]): Promise<number> {
  const words = readWords(argv);
  try {
    write(STDOUT, encode(await answer(words, env)));
    return 0;
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("system", `record the container: ${error.message}`, {
      exitCode: EXIT.own,
      cause: error,
    });
  }
}

async function answer(words: ReturnType<typeof readWords>, env: readonly string[]): Promise<string> {
  if (words.verb === "version") return "hookwright-record\n";
  if (words.verb === "permit") return permit(decode(readToEnd(STDIN, MAX_CONFIG_BYTES)));
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  return `${await recordHook(words, roots, variable(env, "HOOKWRIGHT_PINS"))}\n`;
}
