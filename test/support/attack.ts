/**
 * What the attack tests share: a definition with one shell hook, a guard started as a runtime starts it, the records
 * that it left, a container that goes through the wrapper. `security.md` of the design names the attacks A1 to A45; each
 * test file carries the number of its attack.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { EndEvent, HookEvent } from "../../src/spec/event.ts";
import type { OciHook, RuntimeConfig } from "../../src/spec/runtime-config.ts";
import type { RuntimeStage } from "../../src/spec/stage.ts";
import { makeBundle } from "./bundle.ts";
import { environmentOf, type Injected, injected } from "./injected.ts";
import { define } from "./plan.ts";
import { hookwright, program } from "./programs.ts";
import type { TempRoot } from "./root.ts";
import { type Outcome, type RuntimeName, run, runRuntime } from "./runtime.ts";

export interface HookOptions {
  stage?: RuntimeStage;
  /** Path of the program; busybox when absent. */
  path?: string;
  args?: string[];
  env?: string[];
  timeout?: unknown;
  guard?: object;
  when?: object;
}

/** A definition whose hook is the script, run by busybox. */
export function shellHook(script: string, options: HookOptions = {}): object {
  const { stage = "createRuntime", path = "/usr/bin/busybox", args = ["sh", "-c", script] } = options;
  const { env = ["PATH=/usr/bin:/bin"], timeout = 2, when = { always: true }, guard } = options;
  const definition = { version: "1.0.0", hook: { path, args, env, timeout }, when, stages: [stage] };
  return guard === undefined ? definition : { ...definition, guard };
}

/** Applies a shell hook and returns the entry that the wrapper writes for it. */
export function injectedHook(root: TempRoot, script: string, options: HookOptions = {}): Promise<Injected> {
  return injected(root, shellHook(script, options), options.stage ?? "createRuntime");
}

/** Starts the guard with an entry and a state, as a runtime would, and waits for it. */
export function runGuard(
  { hook, state }: Pick<Injected, "hook" | "state">,
  stdin: string | Uint8Array = state,
): Promise<Outcome> {
  return run(guardCommand(hook), { env: environmentOf(hook), stdin, limit: 20_000 });
}

/** The guard as a command line; `-a` gives it the name that the entry says. */
export function guardCommand(hook: OciHook): string[] {
  const [name = "", ...words] = hook.args ?? [];
  return [
    "bash",
    "-c",
    'name=$1 path=$2; shift 2; exec -a "$name" "$path" "$@"',
    "bash",
    name,
    hook.path,
    ...words,
  ];
}

/** All records, in the order of the log. */
export function records(root: TempRoot): HookEvent[] {
  if (!existsSync(root.events)) return [];
  const lines = readFileSync(root.events, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line): HookEvent => JSON.parse(line));
}

/** The last end record. */
export function lastEnd(root: TempRoot): EndEvent | undefined {
  return records(root).findLast((event): event is EndEvent => event.kind === "end");
}

/** Writes the definition and asks `apply`; for definitions that must be refused. */
export function tryApply(root: TempRoot, definition: object | string): Promise<Outcome> {
  if (typeof definition === "string") {
    const path = define(root.root, "attack", {});
    writeFileSync(path, definition);
  } else define(root.root, "attack", definition);
  return hookwright(root.root, ["apply"]);
}

export interface Life {
  created: Outcome;
  bundle: string;
}

/** Runs a container to its end through the wrapper (`run`), and returns what the wrapper and the runtime said. */
export async function runContainer(
  root: TempRoot,
  runtime: RuntimeName,
  args: string[],
  tweak: (config: RuntimeConfig) => void = () => {},
): Promise<Life> {
  const bundle = makeBundle(`${root.work}/bundle-${runtime}`, { args, tweak });
  const via = [program(`hookwright-${runtime}`)];
  const created = await runRuntime(runtime, root.root, ["run", "-b", bundle, `attack-${runtime}`], { via });
  return { created, bundle };
}
