/**
 * The injection that most containers get: nothing of ours is in the config yet, and what applies are hooks that run on
 * the host. It takes a fraction of the steps of `injectPlan`, which knows every case and asks here first.
 */

import type { Hex, Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { IN_CONTAINER, PRECREATE, type Stage } from "../../spec/stage.ts";
import type { ConfigMember } from "./edits.ts";
import { factsOf, mountsOf } from "./facts.ts";
import { hookLists } from "./hook-lists.ts";
import type { PatternEngine } from "./match-pattern.ts";
import type { Origin } from "./origin.ts";
import { GUARD } from "./own-entry.ts";
import { selectDefinitions, type Unfit } from "./select.ts";
import { addHooks, wantedHooks } from "./wanted.ts";

export interface InjectContext {
  /** What HOOKWRIGHT_ROOT will be for the guard. */
  root: string;
  storeDir: string;
  /** Digest of the plan. */
  plan: Hex;
  /** Base name of the real runtime. */
  runtimeName: string;
  /** The container's own directory below `<run>/spool`. */
  spoolHostDir: string;
  /** 32 new random bytes in hex; asked for only when a startContainer hook is injected anew. */
  spoolKey(): string;
  /** containerd, crio, docker or podman, when the bundle's path says so. */
  engine?: string;
  /** Set by the NRI plugin: its entries say so, and begin the container's record themselves. */
  via?: "nri";
  /** The pod's namespace, when the engine has said it itself. */
  namespace?: string;
  /** What the container was made of, as far as its engine tells. */
  origin?: () => Origin;
  /** Runs the hook of a definition at precreate; returns what it printed. Throws `Failure`. Absent when none is to run. */
  precreate?(definition: PlannedDefinition): string;
  /** For patterns of the kinds `js` and `re2` (`engineNeed`). */
  patterns?: PatternEngine;
}

export interface Injection {
  /** Definitions that apply, in order. */
  matched: PlannedDefinition[];
  /** Definitions with `onFailure: continue` whose conditions could not be judged. */
  skipped: Unfit[];
  /** Names of definitions, as their entries were added by this call; empty when they were there already. */
  added: { [S in Stage]?: string[] };
  /** Members of the config that this call changed; empty when there was nothing to do. */
  changed: ConfigMember[];
  /** Set when the container has startContainer entries of ours: the caller provides the spool before the runtime runs. */
  spool?: { hostDir: string; path: string; key: string };
  /** A pod's sandbox: only definitions with `when.sandbox` were looked at. */
  sandbox?: true;
}

/**
 * As `injectPlan` when the case is a plain one; undefined, with the config as it was, when it is not. Throws the same.
 */
export function injectPlain(
  config: RuntimeConfig,
  plan: Plan,
  context: InjectContext,
): Injection | undefined {
  const lists = hookLists(config);
  for (const list of lists.values()) if (list.some(mayBeOwn)) return;
  // Mounts of ours, and those that edits ask for, would have to be told from the container's own.
  if (mountsOf(config).some(({ destination }) => destination.includes("hookwright"))) return;
  if (plan.definitions.some(({ edits }) => edits?.mounts !== undefined)) return;
  const facts = factsOf(config, context);
  const { matched, skipped } = selectDefinitions(plan.definitions, facts, context.patterns);
  if (!matched.every(isPlain)) return;
  const added = addHooks(config, wantedHooks(matched, plan, context, "", ""), matched, context.root);
  const changed: ConfigMember[] = Object.keys(added).length > 0 ? ["hooks"] : [];
  return { matched, skipped, added, changed, ...(facts.sandbox && { sandbox: true }) };
}

function mayBeOwn({ args }: OciHook): boolean {
  return Array.isArray(args) && args[0] === GUARD;
}

function isPlain({ edits, stages }: PlannedDefinition): boolean {
  return edits === undefined && !stages.some((stage) => stage === PRECREATE || IN_CONTAINER.has(stage));
}
