/**
 * The command line of awslabs/oci-add-hooks: `oci-add-hooks --hook-config-path F --runtime-path R …` puts the hooks of a
 * file in front of the bundle's own and runs the runtime. Same flags, same order of hooks; what that tool gets wrong is
 * not repeated (notes/oci-add-hooks/faults.md).
 */

import { version } from "../../package.json";
import { foldedKeyCollision } from "../codec/json/folding.ts";
import { writeJson } from "../codec/json/write.ts";
import { write } from "../linux/write.ts";
import { hookLists, setHooks } from "../rules/hooks/hook-lists.ts";
import { same } from "../rules/hooks/same.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";
import { type Invocation, parseGlobal, readsConfig } from "./args.ts";
import { dialectOf, parseBundle } from "./bundle-args.ts";
import { bundlePath } from "./bundle-path.ts";
import { readConfigFile, writeConfigFile } from "./config-file.ts";
import { reportError } from "./errors.ts";
import { handOver, type Invoked } from "./hand-over.ts";
import { readHookFile } from "./hook-file.ts";
import { findRuntime } from "./lookup.ts";
import { parseConfig } from "./parse-config.ts";

const NAME = "oci-add-hooks";
const USAGE = "usage: oci-add-hooks --hook-config-path FILE --runtime-path RUNTIME RUNTIME-ARGUMENTS...";

interface Flags {
  hookFile: string;
  runtime: string;
  /** How many words were ours. */
  count: number;
}

/** Runs as oci-add-hooks. Returns only for `--version` and when it fails itself: the exit status. */
export async function addHooks(invoked: Invoked): Promise<number> {
  const args = invoked.argv.slice(1);
  if (args[0] === "--version") {
    write(1, `oci-add-hooks of hookwright ${version}\n`);
    return EXIT.ok;
  }
  let target: Pick<Invocation, "log" | "logFormat"> = {};
  try {
    const flags = ownFlags(args);
    const rest = args.slice(flags.count);
    const invocation = parseGlobal(rest);
    target = invocation;
    const runtime = findRuntime(flags.runtime, invoked.env);
    if (readsConfig(invocation.verb) && !invocation.informs) {
      addToBundle(flags.hookFile, rest, invocation, runtime, invoked.env);
    }
    const own = Array.from({ length: flags.count }, (_, index) => index);
    return handOver(runtime, invoked, own);
  } catch (error) {
    return reportError(error, NAME, target);
  }
}

/** Takes our flags off the front, in any order. Throws `Failure` `usage`. */
function ownFlags(args: readonly string[]): Flags {
  const given: { [name: string]: string } = {};
  let count = 0;
  while (count < args.length) {
    const word = args[count] ?? "";
    const name = ["--hook-config-path", "--runtime-path"].find(
      (flag) => word === flag || word.startsWith(`${flag}=`),
    );
    if (name === undefined) break;
    const value = word === name ? args[count + 1] : word.slice(name.length + 1);
    if (value === undefined || value === "") throw wrongUsage(`${name} needs a value`);
    given[name] = value;
    count += word === name ? 2 : 1;
  }
  const { "--hook-config-path": hookFile, "--runtime-path": runtime } = given;
  if (hookFile === undefined) throw wrongUsage("--hook-config-path is missing");
  if (runtime === undefined) throw wrongUsage("--runtime-path is missing");
  return { hookFile, runtime, count };
}

function addToBundle(
  hookFile: string,
  rest: readonly string[],
  { verbAt }: Invocation,
  runtime: string,
  env: readonly string[],
): void {
  const dialect = dialectOf(runtime);
  const words = parseBundle(rest, verbAt, dialect);
  if (words.futile) return;
  const hooks = readHookFile(hookFile);
  const file = readConfigFile(words.config ?? `${bundlePath(words.bundle, dialect, env)}/config.json`);
  const { doc, config } = parseConfig(file);
  const collision = foldedKeyCollision(doc);
  if (collision !== undefined) throw collision;
  if (prependHooks(config, hooks)) writeConfigFile(file, writeJson(doc, ["hooks"]));
}

/** Puts those hooks that are not there yet before all others, in the order of the file. Returns whether there were any. */
function prependHooks(config: RuntimeConfig, hooks: ReturnType<typeof hookLists>): boolean {
  const there = hookLists(config);
  let changed = false;
  for (const [stage, wanted] of hooks) {
    const old: readonly OciHook[] = there.get(stage) ?? [];
    const added = wanted.filter((hook) => !old.some((other) => same(hook, other)));
    if (added.length === 0) continue;
    setHooks(config, stage, [...added, ...old]);
    changed = true;
  }
  return changed;
}

function wrongUsage(problem: string): Failure {
  return new Failure("usage", `read the arguments: ${problem}`, { hint: USAGE, exitCode: EXIT.own });
}
