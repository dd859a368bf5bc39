/**
 * What happens before `create`, `run` and `restore`: the plan in force goes into the bundle that the runtime is about to
 * read. Loaded for these three only. No plan means nothing to do; a plan that cannot be read stops the container.
 */

import { readPlan } from "../plan/read.ts";
import { Unfit } from "../rules/hooks/select.ts";
import { variable } from "../spec/environment.ts";
import { rootsAt } from "../spec/roots.ts";
import type { Invocation } from "./args.ts";
import { dialectOf, parseBundle } from "./bundle-args.ts";
import { bundlePath } from "./bundle-path.ts";
import { describe, warn } from "./errors.ts";
import type { Invoked } from "./hand-over.ts";
import { type BundleInjection, type BundleRequest, injectBundle } from "./inject.ts";
import { recordRefusal } from "./refusal.ts";
import { mayContinue } from "./tolerance.ts";

/** Injects the plan for an invocation in front of `runtime`. Throws `Failure` when the container must not start. */
export async function prepareBundle(
  invocation: Invocation,
  { argv, env }: Invoked,
  runtime: string,
  name: string,
): Promise<void> {
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  const inForce = readPlan(roots);
  if (inForce === undefined) return;
  const dialect = dialectOf(runtime);
  const words = parseBundle(argv.slice(1), invocation.verbAt, dialect);
  if (words.futile) return;
  const request: BundleRequest = {
    bundle: bundlePath(words.bundle, dialect, env),
    roots,
    plan: inForce.plan,
    digest: inForce.digest,
    runtimeName: runtime.slice(runtime.lastIndexOf("/") + 1),
    ...(words.config === undefined ? {} : { config: words.config }),
    ...(words.id === undefined ? {} : { id: words.id }),
  };
  try {
    const done = await injectBundle(request);
    for (const unfit of done.injection.skipped) recordRefusal(unfit, request);
    report(done, name, invocation);
  } catch (error) {
    if (error instanceof Unfit) recordRefusal(error, request);
    if (!(await mayContinue(request))) throw error;
    warn(`the container starts without its hooks: ${describe(error)}`, name, invocation);
  }
}

/** What did not stop the injection, but should be known. */
function report({ injection, unrecorded }: BundleInjection, name: string, invocation: Invocation): void {
  if (injection.skipped.length === 0 && unrecorded === undefined) return;
  for (const unfit of injection.skipped) warn(`hook left out: ${describe(unfit)}`, name, invocation);
  if (unrecorded !== undefined)
    warn(`no common budget for the container's hooks: ${unrecorded}`, name, invocation);
}
