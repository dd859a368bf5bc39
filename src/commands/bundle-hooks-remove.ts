/** `bundle hooks remove`: hooks taken out of a bundle, by their place, their path, their definition, or all of ours. */

import { openForEdit } from "../bundle/bundle.ts";
import { type BundleChange, commitChange } from "../bundle/change.ts";
import { type HookRow, hookRows } from "../bundle/hook-rows.ts";
import { stagesOf } from "../bundle/hook-words.ts";
import { removeHooks } from "../bundle/remove-hooks.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface RemoveOptions {
  bundle: string;
  /** Only hooks of these stages; of all when absent. */
  stages?: readonly string[];
  /** Place within the one stage that is named, from 0. */
  index?: number;
  /** Exact path of the hook. */
  path?: string;
  /** Name of the definition that a hook of ours comes from. */
  name?: string;
  /** Every hook that an injection of ours put there. */
  ours?: boolean;
  dryRun?: boolean;
}

export interface RemovedHooks extends BundleChange {
  removed: HookRow[];
}

/**
 * Removes the hooks that meet all that is given. A path, a name or `ours` that meets none changes nothing, so the
 * command can be repeated; an index that does not exist is the Failure `hook_not_found`. @throws Failure
 */
export async function removeBundleHooks(roots: Roots, options: RemoveOptions): Promise<RemovedHooks> {
  const stages = options.stages === undefined ? undefined : stagesOf(options.stages);
  const { index, path, name, ours } = options;
  if (index === undefined && path === undefined && name === undefined && ours !== true) {
    refuse("it is not said which", "Give --index with --stage, --path, --name or --ours.");
  }
  if (index !== undefined && stages?.length !== 1) {
    refuse("an index counts within one stage", "Give one --stage with --index.");
  }
  const bundle = openForEdit(options.bundle);
  const chosen = (row: HookRow): boolean =>
    (stages === undefined || stages.includes(row.stage)) &&
    (index === undefined || row.index === index) &&
    (path === undefined || row.path === path) &&
    (name === undefined || row.ours?.definition === name) &&
    (ours !== true || row.ours !== undefined);
  if (index !== undefined && !hookRows(bundle.config, roots).some(chosen)) {
    throw new Failure(
      "hook_not_found",
      `remove the hook ${stages?.[0]}[${index}]: ${bundle.file.path} has none such`,
      {
        hint: "See `hookwright bundle hooks list`.",
      },
    );
  }
  const removed = removeHooks(bundle.config, roots, chosen);
  return { ...commitChange(bundle, options.dryRun ?? false), removed };
}

function refuse(problem: string, hint: string): never {
  throw new Failure("usage", `remove hooks: ${problem}`, { hint, exitCode: EXIT.usage });
}
