/**
 * From a plan to a container: which definitions apply, their edits, and their hooks as entries of the guard in
 * `config.json`. Pure: randomness comes in as `spoolKey`, files are the caller's. A second injection of the same plan
 * changes nothing; one of another plan takes the place of the first; foreign hooks keep their order and their place.
 */

import type { Hex, Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import { IN_CONTAINER, STAGES, type Stage } from "../../spec/stage.ts";
import { containerDirectory, containerMounts, isOwnMount } from "./container-mounts.ts";
import { editMountsOf, isEditOf } from "./edit-mounts.ts";
import { applyEdits, type ConfigMember } from "./edits.ts";
import { factsOf, mountsOf } from "./facts.ts";
import { hookLists, setHooks } from "./hook-lists.ts";
import type { PatternEngine } from "./match-pattern.ts";
import { collectEntry, isHex, ownEntry, runEntry, withoutKey } from "./own-entry.ts";
import { removeInjection } from "./remove.ts";
import { same } from "./same.ts";
import { isSandbox } from "./sandbox.ts";
import { type Skipped, selectDefinitions } from "./select.ts";

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
  /** For patterns of the kinds `js` and `re2` (`engineNeed`). */
  patterns?: PatternEngine;
}

export interface Injection {
  /** Definitions that apply, in order. */
  matched: PlannedDefinition[];
  /** Definitions with `onFailure: continue` whose conditions could not be judged. */
  skipped: Skipped[];
  /** Names of definitions, as their entries were added by this call; empty when they were there already. */
  added: { [S in Stage]?: string[] };
  /** Members of the config that this call changed; empty when there was nothing to do. */
  changed: ConfigMember[];
  /** Set when the container has startContainer entries of ours: the caller provides the spool before the runtime runs. */
  spool?: { hostDir: string; path: string; key: string };
  /** A pod's sandbox: nothing was looked at. */
  sandbox?: true;
}

/** Hooks of one stage, in order: `first` go before all that is there, then `prepend`; `append` come last. */
interface Wanted {
  first: OciHook[];
  prepend: OciHook[];
  append: OciHook[];
}

/**
 * Injects in place. Throws the Failure `config_shape` for a config whose shape a runtime would refuse, and what
 * `matchDefinition` throws for a definition that must not be passed over; the config is then not to be used.
 */
export function injectPlan(config: RuntimeConfig, plan: Plan, context: InjectContext): Injection {
  const lists = hookLists(config);
  const injection: Injection = { matched: [], skipped: [], added: {}, changed: [] };
  if (isSandbox(config.annotations, context.engine)) return { ...injection, sandbox: true };
  const { matched, skipped } = selectDefinitions(
    plan.definitions,
    factsFor(config, plan, context),
    context.patterns,
  );
  const changed = new Set(
    applyEdits(
      config,
      matched.flatMap(({ edits }) => edits ?? []),
    ),
  );

  const inside = matched.filter(
    ({ entry, stages }) => entry !== undefined && stages.some((s) => IN_CONTAINER.has(s)),
  );
  const directory = inside.length > 0 ? containerDirectory(config) : "";
  const mounts = inside.length > 0 ? containerMounts(directory, plan.guard, inside, context) : [];
  const oldKey = keyOf(lists, context);
  const wantedWith = (key: string) => wantedHooks(matched, plan, context, key, directory);
  const complete = isComplete(lists, wantedWith(oldKey ?? ""), config, mounts, context);
  const key = inside.length === 0 ? "" : complete && oldKey !== undefined ? oldKey : context.spoolKey();
  const usable = inside.length === 0 || oldKey !== undefined;
  if (!(complete && usable)) {
    for (const member of removeInjection(config, context)) changed.add(member);
    const added = addHooks(config, wantedWith(key), matched, context.root);
    injection.added = added;
    if (Object.keys(added).length > 0) changed.add("hooks");
    if (mounts.length > 0) {
      config.mounts = [...mountsOf(config), ...mounts];
      changed.add("mounts");
    }
  }
  if (inside.length > 0) injection.spool = { hostDir: context.spoolHostDir, path: `${directory}/spool`, key };
  return { ...injection, matched, skipped, changed: [...changed] };
}

/**
 * The facts without what an earlier injection added: our mounts, and those that an edit of the plan asks for. Where such
 * a mount took the place of the container's only bind mount, our own entries still tell that there was one.
 */
export function factsFor(
  config: RuntimeConfig,
  plan: Plan,
  context: Omit<InjectContext, "spoolKey">,
): ReturnType<typeof factsOf> {
  const edits = editMountsOf(plan.definitions);
  let edited = false;
  const ignoreMount = (mount: OciMount): boolean => {
    const asked = isEditOf(mount, edits);
    edited ||= asked;
    return asked || isOwnMount(mount, context);
  };
  const engine = context.engine === undefined ? {} : { engine: context.engine };
  const facts = factsOf(config, { ignoreMount, ...engine });
  if (facts.hasBindMounts || !edited) return facts;
  return { ...facts, hasBindMounts: hadBindMounts(config, plan, context) };
}

/** Whether an entry of this plan is there that was injected because of bind mounts. */
function hadBindMounts(
  config: RuntimeConfig,
  plan: Plan,
  { root, plan: digest }: Omit<InjectContext, "spoolKey">,
): boolean {
  const because = plan.definitions.filter(({ when }) => when.hasBindMounts === true && when.anyOf !== true);
  return [...hookLists(config).values()].flat().some((hook) => {
    const own = ownEntry(hook, root);
    return own?.kind === "run" && own.plan === digest && because.some(({ entry }) => entry === own.entry);
  });
}

/** The stage at which a definition's hook is injected: `prestart` became createRuntime upstream in 2024. */
function placeOf(stage: Stage): Stage {
  return stage === "prestart" ? "createRuntime" : stage;
}

function wantedHooks(
  matched: readonly PlannedDefinition[],
  plan: Plan,
  context: InjectContext,
  key: string,
  directory: string,
): Map<Stage, Wanted> {
  const wanted = new Map<Stage, Wanted>();
  const at = (stage: Stage): Wanted => {
    const there = wanted.get(stage) ?? { first: [], prepend: [], append: [] };
    wanted.set(stage, there);
    return there;
  };
  const words = { guard: plan.guard, plan: context.plan, runtime: context.runtimeName, root: context.root };
  for (const { entry, stages, timeout, position } of matched) {
    if (entry === undefined) continue;
    for (const stage of stages.map(placeOf)) {
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
  return wanted;
}

/** The key that entries of this plan carry already, when they all carry the same good one. */
function keyOf(lists: ReturnType<typeof hookLists>, { root, plan }: InjectContext): string | undefined {
  const keys = new Set<string>();
  for (const list of lists.values()) {
    for (const hook of list) {
      const own = ownEntry(hook, root);
      if (own?.key !== undefined && own.plan === plan) keys.add(own.key);
    }
  }
  const [key] = keys;
  return keys.size === 1 && key !== undefined && isHex(key) ? key : undefined;
}

/** Whether our entries, stage by stage, and our mounts are just what is wanted; where foreign ones stand does not count. */
function isComplete(
  lists: ReturnType<typeof hookLists>,
  wanted: Map<Stage, Wanted>,
  config: RuntimeConfig,
  mounts: OciMount[],
  context: InjectContext,
): boolean {
  for (const stage of STAGES) {
    const ours = (lists.get(stage) ?? []).filter((hook) => ownEntry(hook, context.root) !== undefined);
    const { first = [], prepend = [], append = [] } = wanted.get(stage) ?? {};
    if (!same(ours.map(withoutKey), [...first, ...prepend, ...append].map(withoutKey))) return false;
  }
  return same(
    mountsOf(config).filter((mount) => isOwnMount(mount, context)),
    mounts,
  );
}

function addHooks(
  config: RuntimeConfig,
  wanted: Map<Stage, Wanted>,
  matched: readonly PlannedDefinition[],
  root: string,
): Injection["added"] {
  const names = new Map(matched.map(({ entry, name }) => [entry, name]));
  const added: Injection["added"] = {};
  const lists = hookLists(config);
  for (const [stage, { first, prepend, append }] of wanted) {
    setHooks(config, stage, [...first, ...prepend, ...(lists.get(stage) ?? []), ...append]);
    added[stage] = [...first, ...prepend, ...append].map(
      (hook) => names.get(ownEntry(hook, root)?.entry) ?? "collect",
    );
  }
  return added;
}
