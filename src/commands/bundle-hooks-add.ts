/** `bundle hooks add`: a hook put into a bundle by hand, without a plan and without the guard. */

import { isDeepStrictEqual } from "node:util";
import { openForEdit } from "../bundle/bundle.ts";
import { type BundleChange, commitChange } from "../bundle/change.ts";
import { doubtsAbout, type HookWords, hookOf, stagesOf } from "../bundle/hook-words.ts";
import { hookLists, setHooks } from "../rules/hooks/hook-lists.ts";
import type { RuntimeStage } from "../spec/stage.ts";

export interface AddOptions extends HookWords {
  bundle: string;
  /** Before the hooks that are there; after them when absent. */
  prepend?: boolean;
  dryRun?: boolean;
}

export interface AddedHook extends BundleChange {
  /** Stages that got the hook; not those that had the very same one. */
  added: RuntimeStage[];
  doubts: string[];
}

/** Adds the hook to each stage that does not have it yet. @throws Failure */
export async function addBundleHook(options: AddOptions): Promise<AddedHook> {
  const stages = stagesOf(options.stages);
  const hook = hookOf(options);
  const bundle = openForEdit(options.bundle);
  const { config } = bundle;
  const lists = hookLists(config);
  const added = stages.filter((stage) => !lists.get(stage)?.some((there) => isDeepStrictEqual(there, hook)));
  for (const stage of added) {
    const there = lists.get(stage) ?? [];
    setHooks(config, stage, options.prepend ? [{ ...hook }, ...there] : [...there, { ...hook }]);
  }
  const change = commitChange(bundle, options.dryRun ?? false);
  return { ...change, added, doubts: doubtsAbout(hook, stages) };
}
