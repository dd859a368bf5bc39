/**
 * A hook given by hand, checked as strictly as a runtime and a careful reader would: what is written here is run by root
 * for every start of the container.
 */

import { statSync } from "node:fs";
import { EXIT, Failure } from "../spec/failure.ts";
import type { OciHook } from "../spec/runtime-config.ts";
import { IN_CONTAINER, isRuntimeStage, RUNTIME_STAGES, type RuntimeStage } from "../spec/stage.ts";

export interface HookWords {
  /** One or more of the six stages. */
  stages: readonly string[];
  /** Absolute; inside the container for startContainer. */
  path: string;
  /** What follows argv[0], which is the path. */
  args?: readonly string[];
  /** `NAME=value`; a plain PATH when absent, because a hook without any gets the runtime's or the container's. */
  env?: readonly string[];
  /** Whole seconds, at least 1. */
  timeout?: number;
}

const DEFAULT_ENV = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** The entry for config.json. Throws `Failure` `hook_invalid` (exit status 2). */
export function hookOf({ path, args = [], env = [], timeout }: HookWords): OciHook {
  if (!path.startsWith("/"))
    refuse(`the path ${JSON.stringify(path)} is not absolute`, "Give an absolute path.");
  for (const word of [path, ...args, ...env]) {
    if (word.includes("\0")) refuse("a word holds a NUL character", "Remove it.");
  }
  for (const variable of env) {
    if (variable.indexOf("=") < 1)
      refuse(`${JSON.stringify(variable)} is no NAME=value`, "Write NAME=value.");
  }
  if (timeout !== undefined && !(Number.isSafeInteger(timeout) && timeout > 0)) {
    refuse(
      `the timeout ${timeout} is not a whole number of seconds above 0`,
      "runc kills a hook with timeout 0 at once.",
    );
  }
  return {
    path,
    args: [path, ...args],
    env: env.length > 0 ? [...env] : [DEFAULT_ENV],
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** The stages by name, each once. Throws `Failure` `hook_invalid` (exit status 2). */
export function stagesOf(names: readonly string[]): RuntimeStage[] {
  const stages = new Set<RuntimeStage>();
  for (const name of names) {
    if (!isRuntimeStage(name))
      refuse(`${JSON.stringify(name)} is no stage`, `The stages are ${RUNTIME_STAGES.join(", ")}.`);
    stages.add(name);
  }
  if (stages.size === 0) refuse("no stage is given", `Give one or more of ${RUNTIME_STAGES.join(", ")}.`);
  return [...stages];
}

/** What is legal and will probably not do what is meant. */
export function doubtsAbout(hook: OciHook, stages: readonly RuntimeStage[]): string[] {
  const doubts: string[] = [];
  if (stages.some((stage) => !IN_CONTAINER.has(stage)) && !isProgram(hook.path)) {
    doubts.push(`${hook.path} is not an executable file here`);
  }
  if (stages.includes("prestart")) doubts.push("prestart is deprecated: createRuntime runs right after it");
  if (hook.timeout === undefined) doubts.push("no timeout: a hook that hangs holds the container for ever");
  return doubts;
}

function isProgram(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFile() && (stat.mode & 0o111) !== 0;
  } catch {
    return false;
  }
}

function refuse(problem: string, hint: string): never {
  throw new Failure("hook_invalid", `add the hook: ${problem}`, { hint, exitCode: EXIT.usage });
}
