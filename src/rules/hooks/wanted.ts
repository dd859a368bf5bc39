/** The entries that the definitions which apply want, stage by stage, and their way into the lists of config.json. */

import type { Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { IN_CONTAINER, isRuntimeStage, type RuntimeStage } from "../../spec/stage.ts";
import { hookLists, setHooks } from "./hook-lists.ts";
import type { InjectContext, Injection } from "./inject-plain.ts";
import { beginEntry, collectEntry, ownEntry, runEntry } from "./own-entry.ts";

/** Hooks of one stage, in order: `first` go before all that is there, then `prepend`; `append` come last. */
export interface Wanted {
  first: OciHook[];
  prepend: OciHook[];
  append: OciHook[];
}

/** Stages at which a guard on the host begins the container's record; at poststop there is nothing left to record. */
const BEGINS: ReadonlySet<RuntimeStage> = new Set(["createRuntime", "createContainer", "poststart"]);

/**
 * The entries of all definitions that have a hook. `directory` is that in the container, "" when no hook runs there;
 * `key` goes into the entries that need one.
 */
export function wantedHooks(
  matched: readonly PlannedDefinition[],
  plan: Plan,
  context: InjectContext,
  key: string,
  directory: string,
): Map<RuntimeStage, Wanted> {
  const wanted = new Map<RuntimeStage, Wanted>();
  const at = (stage: RuntimeStage): Wanted => {
    const there = wanted.get(stage) ?? { first: [], prepend: [], append: [] };
    wanted.set(stage, there);
    return there;
  };
  const { via, namespace } = context;
  const words = {
    guard: plan.guard,
    plan: context.plan,
    runtime: context.runtimeName,
    root: context.root,
    ...(via !== undefined && { via }),
    ...(namespace !== undefined && { namespace }),
  };
  for (const { entry, stages, timeout, position } of matched) {
    if (entry === undefined) continue;
    for (const stage of stages.filter(isRuntimeStage).map(placeOf)) {
      const inside = IN_CONTAINER.has(stage);
      const where = inside
        ? { directory, spool: { path: `${directory}/spool`, key } }
        : { directory: context.storeDir };
      at(stage)[position].push(runEntry({ ...words, ...where, entry, stage, timeout: timeout ?? 10 }));
    }
  }
  if (directory !== "") {
    const spool = { directory: context.storeDir, spool: context.spoolHostDir, key };
    at("poststop").first.push(collectEntry({ ...words, ...spool }));
  }
  if (via === "nri" && wanted.size > 0 && ![...wanted.keys()].some((stage) => BEGINS.has(stage)))
    at("createRuntime").first.push(beginEntry({ ...words, directory: context.storeDir }));
  return wanted;
}

/** The stage at which a definition's hook is injected: `prestart` became createRuntime upstream in 2024. */
function placeOf(stage: RuntimeStage): RuntimeStage {
  return stage === "prestart" ? "createRuntime" : stage;
}

/** Puts the entries in place; returns the names of the definitions by stage. */
export function addHooks(
  config: RuntimeConfig,
  wanted: Map<RuntimeStage, Wanted>,
  matched: readonly PlannedDefinition[],
  root: string,
): Injection["added"] {
  const names = new Map(matched.map(({ entry, name }) => [entry, name]));
  const added: Injection["added"] = {};
  const lists = hookLists(config);
  for (const [stage, { first, prepend, append }] of wanted) {
    setHooks(config, stage, [...first, ...prepend, ...(lists.get(stage) ?? []), ...append]);
    added[stage] = [...first, ...prepend, ...append].map((hook) => {
      const own = ownEntry(hook, root);
      return (own?.kind === "run" ? names.get(own.entry) : own?.kind) ?? "";
    });
  }
  return added;
}
