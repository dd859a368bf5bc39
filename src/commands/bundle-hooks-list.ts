/** `bundle hooks list`: what would run for this bundle, and at which stage. */

import { openBundle } from "../bundle/bundle.ts";
import { type HookRow, hookRows } from "../bundle/hook-rows.ts";
import { problemsOf } from "../bundle/problems.ts";
import type { Roots } from "../spec/roots.ts";

export interface BundleHooks {
  bundle: string;
  hooks: HookRow[];
  /** What makes runtimes disagree about the hooks, or ignore them. */
  problems: string[];
}

/** The hooks of a bundle in the order of the stages. @throws Failure */
export async function listBundleHooks(roots: Roots, options: { bundle: string }): Promise<BundleHooks> {
  const { dir, doc, config } = openBundle(options.bundle);
  return { bundle: dir, hooks: hookRows(config, roots), problems: problemsOf(doc, config) };
}
