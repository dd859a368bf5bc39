/**
 * From a plan to a container: which definitions apply, their edits, and their hooks as entries of the guard in
 * `config.json`. Pure: randomness comes in as `spoolKey`, files are the caller's. A second injection of the same plan
 * changes nothing; one of another plan takes the place of the first; foreign hooks keep their order and their place.
 */

import { type Hex, isHex, type Plan, type PlannedDefinition } from "../../spec/plan.ts";
import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import { IN_CONTAINER, RUNTIME_STAGES, type RuntimeStage } from "../../spec/stage.ts";
import { containerDirectory, containerMounts, isOwnMount } from "./container-mounts.ts";
import { editMountsOf, isEditOf } from "./edit-mounts.ts";
import { applyEdits } from "./edits.ts";
import { factsOf, mountsOf } from "./facts.ts";
import { hookLists } from "./hook-lists.ts";
import { type InjectContext, type Injection, injectPlain } from "./inject-plain.ts";
import { type OwnEntry, ownEntry, withoutKey } from "./own-entry.ts";
import { removeInjection } from "./remove.ts";
import { same } from "./same.ts";
import { selectDefinitions } from "./select.ts";
import { statedEdits } from "./stated-edits.ts";
import { addHooks, type Wanted, wantedHooks } from "./wanted.ts";

export type { InjectContext, Injection } from "./inject-plain.ts";

/**
 * Injects in place. Throws the Failure `config_shape` for a config whose shape a runtime would refuse, and what
 * `matchDefinition` throws for a definition that must not be passed over; the config is then not to be used.
 */
export function injectPlan(config: RuntimeConfig, plan: Plan, context: InjectContext): Injection {
  return injectPlain(config, plan, context) ?? injectFully(config, plan, context);
}

function injectFully(config: RuntimeConfig, plan: Plan, context: InjectContext): Injection {
  const lists = hookLists(config);
  const injection: Injection = { matched: [], skipped: [], added: {}, changed: [] };
  const facts = factsFor(config, plan, context);
  if (facts.sandbox) injection.sandbox = true;
  const { matched: selected, skipped } = selectDefinitions(plan.definitions, facts, context.patterns);
  const matched = withGiven(selected, plan, lists, context.root);
  const changed = new Set(
    applyEdits(
      config,
      matched.flatMap((definition) => [
        ...(definition.edits === undefined ? [] : [definition.edits]),
        ...statedEdits(definition, context.precreate, skipped),
      ]),
    ),
  );

  const inside = matched.filter(
    ({ entry, stages }) => entry !== undefined && stages.some((s) => IN_CONTAINER.has(s)),
  );
  const directory = inside.length > 0 ? containerDirectory(config) : "";
  const mounts = inside.length > 0 ? containerMounts(directory, plan.guard, inside, context) : [];
  const oldKey = keyOf(lists, context);
  // What a container was given by hooks.d or as a device, and no definition matches, is its own affair.
  const stays = ({ via, entry }: OwnEntry) =>
    via !== undefined && via !== "nri" && !matched.some((one) => one.entry === entry);
  const wantedWith = (key: string) => wantedHooks(matched, plan, context, key, directory);
  const complete = isComplete(lists, wantedWith(oldKey ?? ""), config, mounts, context, stays);
  const key = inside.length === 0 ? "" : complete && oldKey !== undefined ? oldKey : context.spoolKey();
  const usable = inside.length === 0 || oldKey !== undefined;
  if (!(complete && usable)) {
    for (const member of removeInjection(config, context, stays)) changed.add(member);
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
  const facts = factsOf(config, { ...context, ignoreMount });
  if (facts.hasBindMounts || !edited) return facts;
  return { ...facts, hasBindMounts: hadBindMounts(config, plan, context) };
}

/**
 * The definitions that apply, with those of which the NRI plugin has put an entry there: it saw the whole pod, of which
 * config.json does not tell all.
 */
function withGiven(
  selected: readonly PlannedDefinition[],
  plan: Plan,
  lists: ReturnType<typeof hookLists>,
  root: string,
): PlannedDefinition[] {
  const given = new Set<Hex>();
  for (const list of lists.values()) {
    for (const hook of list) {
      const own = ownEntry(hook, root);
      if (own?.via === "nri" && own.entry !== undefined) given.add(own.entry);
    }
  }
  if (given.size === 0) return [...selected];
  return plan.definitions.filter(
    (one) => selected.includes(one) || (one.entry !== undefined && given.has(one.entry)),
  );
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
  wanted: Map<RuntimeStage, Wanted>,
  config: RuntimeConfig,
  mounts: OciMount[],
  context: InjectContext,
  stays: (own: OwnEntry) => boolean,
): boolean {
  for (const stage of RUNTIME_STAGES) {
    const ours = (lists.get(stage) ?? []).filter((hook) => {
      const own = ownEntry(hook, context.root);
      return own !== undefined && !stays(own);
    });
    const { first = [], prepend = [], append = [] } = wanted.get(stage) ?? {};
    if (!same(ours.map(withoutKey), [...first, ...prepend, ...append].map(withoutKey))) return false;
  }
  return same(
    mountsOf(config).filter((mount) => isOwnMount(mount, context)),
    mounts,
  );
}
