/** The `hooks` member of config.json, read with the tolerance of a runtime and no more. */

import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { RUNTIME_STAGES, type RuntimeStage } from "../../spec/stage.ts";
import { wrongShape } from "./facts.ts";

export type HookLists = Map<RuntimeStage, readonly OciHook[]>;

/**
 * The hooks of each stage that has any. Absent and null mean none, as for runc and crun; what is in `hooks` besides the
 * six stages is left alone. Throws the Failure `config_shape` for anything else that is no list of objects.
 */
export function hookLists(config: RuntimeConfig): HookLists {
  const lists: HookLists = new Map();
  const { hooks } = config;
  if (hooks === undefined || hooks === null) return lists;
  if (typeof hooks !== "object" || Array.isArray(hooks)) throw wrongShape("hooks", "an object");
  for (const stage of RUNTIME_STAGES) {
    const list: unknown = Object.hasOwn(hooks, stage) ? hooks[stage] : undefined;
    if (list === undefined || list === null) continue;
    if (!Array.isArray(list)) throw wrongShape(`hooks.${stage}`, "a list");
    const wrong = list.findIndex((hook) => typeof hook !== "object" || hook === null || Array.isArray(hook));
    if (wrong >= 0) throw wrongShape(`hooks.${stage}[${wrong}]`, "an object");
    if (list.length > 0) lists.set(stage, list);
  }
  return lists;
}

/** Puts a list in place; an empty one takes the stage out, and `hooks` with its last stage. */
export function setHooks(config: RuntimeConfig, stage: RuntimeStage, list: OciHook[]): void {
  if (list.length > 0) {
    config.hooks ??= {};
    config.hooks[stage] = list;
    return;
  }
  if (!config.hooks) return;
  delete config.hooks[stage];
  if (Object.keys(config.hooks).length === 0) delete config.hooks;
}
