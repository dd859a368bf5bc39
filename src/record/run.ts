/** One call of the recorder, from its words to its exit status. */

import manifest from "../../package.json" with { type: "json" };
import { LinuxError } from "../linux/error.ts";
import { readlink } from "../linux/link.ts";
import { decode, encode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { write } from "../linux/write.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { rootsAt } from "../spec/roots.ts";
import type { OciHook } from "../spec/runtime-config.ts";
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

/** This program at poststop, for a configuration: Podman hands over one at precreate that has no hooks yet. */
function endHook(env: readonly string[]): OciHook {
  const kept = env.filter((pair) => pair.startsWith("HOOKWRIGHT_"));
  return { path: readlink("/proc/self/exe"), args: ["hookwright-record"], env: ["LC_ALL=C", ...kept] };
}

async function answer(words: ReturnType<typeof readWords>, env: readonly string[]): Promise<string> {
  if (words.verb === "version") return `hookwright-record ${manifest.version}\n`;
  if (words.verb === "permit") return permit(decode(readToEnd(STDIN, MAX_CONFIG_BYTES)), endHook(env));
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  return `${await recordHook(words, roots, variable(env, "HOOKWRIGHT_PINS"))}\n`;
}
