/** `bundle apply`: the plan in force put into a bundle by hand, exactly as the wrapper would before `create`. */

import { resolved } from "../bundle/bundle.ts";
import { type BundleChange, changeOf } from "../bundle/change.ts";
import { readPlan } from "../plan/read.ts";
import { injectBundle } from "../runtime/inject.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";

export interface ApplyOptions {
  bundle: string;
  /** Base name of the runtime that will run the bundle; the plan's, or runc, when absent. */
  runtime?: string;
  dryRun?: boolean;
}

export interface AppliedBundle extends BundleChange {
  /** `sha256:…` of the plan. */
  plan: string;
  /** Names of the definitions that apply, in order. */
  matched: string[];
  /** Names of those whose hooks were added, by stage; empty when they were there already. */
  added: { [S in Stage]?: string[] };
  /** Definitions that could not be judged and may be left out. */
  skipped: { name: string; message: string }[];
  /** A pod's sandbox gets no hooks. */
  sandbox: boolean;
}

/** Injects the plan; a second time changes nothing. @throws Failure */
export async function applyBundle(roots: Roots, options: ApplyOptions): Promise<AppliedBundle> {
  const inForce = readPlan(roots);
  if (inForce === undefined) {
    throw new Failure("no_plan", `apply the plan to ${options.bundle}: there is no plan in force`, {
      hint: "Run `hookwright apply` first.",
    });
  }
  const { plan, digest } = inForce;
  const bundle = resolved(options.bundle);
  const dryRun = options.dryRun ?? false;
  const runtime = options.runtime ?? plan.runtime ?? "runc";
  const runtimeName = runtime.slice(runtime.lastIndexOf("/") + 1);
  const done = await injectBundle({ bundle, roots, plan, digest, runtimeName, dryRun });
  const { injection } = done;
  return {
    ...changeOf(bundle, done.path, done.before, done.after, dryRun),
    plan: `sha256:${digest}`,
    matched: injection.matched.map(({ name }) => name),
    added: injection.added,
    skipped: injection.skipped.map(({ definition, failure }) => ({
      name: definition.name,
      message: failure.message,
    })),
    sandbox: injection.sandbox === true,
  };
}
