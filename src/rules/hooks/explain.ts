/**
 * What a container would get and why: every definition with its conditions, and the order in which hooks would run at
 * each stage, foreign ones among them. The data behind `hook explain`; runs on the command line only.
 */

import { Failure } from "../../spec/failure.ts";
import type { Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { RUNTIME_STAGES, type RuntimeStage, type Stage } from "../../spec/stage.ts";
import type { ConfigMember } from "./edits.ts";
import { explainWhen, type WhenReport } from "./explain-when.ts";
import { hookLists } from "./hook-lists.ts";
import { factsFor, type InjectContext, injectPlan } from "./inject.ts";
import { ownEntry } from "./own-entry.ts";

export interface DefinitionReport extends WhenReport {
  name: string;
  file: string;
  /** Stages at which its hook would run; empty for a definition of edits only, and for one that does not apply. */
  stages: Stage[];
  edits: boolean;
}

/** One hook of a stage: of a definition, the collector of a spool, or one that is none of ours. */
export interface PlacedHook {
  by: "definition" | "collect" | "begin" | "foreign";
  /** Definition's name, or the program's path. */
  name: string;
}

export interface Explanation {
  definitions: DefinitionReport[];
  /** Stages that have hooks, in the order of a container's life. */
  order: { stage: RuntimeStage; hooks: PlacedHook[] }[];
  /** Members of the config that would change. */
  changed: ConfigMember[];
  /** A pod's sandbox: only definitions with `when.sandbox` are matched against it. */
  sandbox: boolean;
  /** Why the container would not be created. */
  failure?: Failure;
}

/** Explains without touching `config`. Throws the Failure `config_shape` for a config that no runtime would take. */
export function explainPlan(
  config: RuntimeConfig,
  plan: Plan,
  context: Omit<InjectContext, "spoolKey">,
): Explanation {
  const facts = factsFor(config, plan, context);
  const copy = structuredClone(config);
  const withKey: InjectContext = { ...context, spoolKey: () => "0".repeat(64) };
  let outcome: Pick<Explanation, "changed" | "sandbox" | "failure">;
  try {
    const { changed, sandbox } = injectPlan(copy, plan, withKey);
    outcome = { changed, sandbox: sandbox === true };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    outcome = { changed: [], sandbox: facts.sandbox, failure: error };
  }
  const definitions = plan.definitions.map((definition) => {
    const report = explainWhen(definition.when, facts, context.patterns);
    const applies = report.verdict === "match";
    const stages = applies && definition.entry !== undefined ? definition.stages : [];
    return {
      ...report,
      name: definition.name,
      file: definition.file,
      stages,
      edits: definition.edits !== undefined,
    };
  });
  const injected = outcome.failure === undefined ? copy : config;
  return { definitions, order: orderOf(injected, plan.definitions, context.root), ...outcome };
}

/** The hooks of a config, stage by stage, each with who it belongs to; for a config that was injected before as well. */
export function orderOf(
  config: RuntimeConfig,
  definitions: readonly PlannedDefinition[],
  root: string,
): Explanation["order"] {
  const names = new Map(definitions.map(({ entry, name }) => [entry, name]));
  const lists = hookLists(config);
  return RUNTIME_STAGES.flatMap((stage) => {
    const hooks = lists.get(stage);
    return hooks === undefined ? [] : [{ stage, hooks: hooks.map((hook) => placed(hook, names, root)) }];
  });
}

function placed(hook: OciHook, names: Map<string | undefined, string>, root: string): PlacedHook {
  const own = ownEntry(hook, root);
  if (own === undefined) return { by: "foreign", name: String(hook.path) };
  if (own.kind !== "run") return { by: own.kind, name: own.kind };
  return { by: "definition", name: names.get(own.entry) ?? `entry ${own.entry}` };
}
