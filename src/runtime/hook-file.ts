/**
 * The hook file of oci-add-hooks: `{"hooks": {"<stage>": [{"path": …}, …]}}`. It is read strictly, because a stage that
 * is misspelt or an entry without a path would otherwise be a hook that never runs.
 */

import { readJson } from "../codec/json/read.ts";
import { type HookLists, hookLists } from "../rules/hooks/hook-lists.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";
import { isRuntimeStage, RUNTIME_STAGES, type Stage } from "../spec/stage.ts";
import { readConfigFile } from "./config-file.ts";

/** What the container's image would decide if these stages were left without an environment (CVE-2025-23266). */
const DEFAULT_ENV = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];
const IMAGE_ENV: readonly Stage[] = ["createContainer", "startContainer"];

/** Reads and checks a hook file; none in it is an empty map. Throws `Failure` `hook_file_invalid`, `config_…` or `json_…`. */
export function readHookFile(path: string): HookLists {
  const { text } = readConfigFile(path);
  const { value } = readJson(text, { file: path });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, "it is not a JSON object");
  const { hooks } = value;
  if (typeof hooks === "object" && hooks !== null && !Array.isArray(hooks)) {
    const unknown = Object.keys(hooks).find((key) => !isRuntimeStage(key));
    if (unknown !== undefined) {
      throw invalid(path, `hooks.${unknown} is no stage`, `The stages are ${RUNTIME_STAGES.join(", ")}`);
    }
  }
  const lists = listsOf(path, value as RuntimeConfig);
  return new Map(
    [...lists].map(([stage, list]) => [stage, list.map((hook, at) => checked(path, stage, hook, at))]),
  );
}

function listsOf(path: string, value: RuntimeConfig): HookLists {
  try {
    return hookLists(value);
  } catch (error) {
    if (error instanceof Failure) throw invalid(path, error.message, error.hint);
    throw error;
  }
}

function checked(file: string, stage: Stage, hook: OciHook, at: number): OciHook {
  const where = `hooks.${stage}[${at}]`;
  const { path, args, env, timeout }: { [key: string]: unknown } = hook;
  if (typeof path !== "string" || path[0] !== "/")
    throw invalid(file, `${where}.path is not an absolute path`);
  if (!isWords(args)) throw invalid(file, `${where}.args is not a list of strings`);
  if (!isWords(env)) throw invalid(file, `${where}.env is not a list of strings`);
  if (timeout !== undefined && !(Number.isSafeInteger(timeout) && Number(timeout) > 0)) {
    throw invalid(file, `${where}.timeout is not a positive number of seconds`);
  }
  const bare = !Array.isArray(env) || env.length === 0;
  return bare && IMAGE_ENV.includes(stage) ? { ...hook, env: DEFAULT_ENV } : hook;
}

function isWords(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((word) => typeof word === "string"));
}

function invalid(path: string, problem: string, hint?: string): Failure {
  return new Failure("hook_file_invalid", `read the hook file ${path}: ${problem}`, {
    exitCode: EXIT.own,
    ...(hint === undefined ? {} : { hint }),
  });
}
