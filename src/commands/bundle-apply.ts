/** `bundle apply`: the plan in force put into a bundle by hand, exactly as the wrapper would before `create`. */

import { resolved } from "../bundle/bundle.ts";
import { type BundleChange, changeOf } from "../bundle/change.ts";
import { applyCarriedPlan, carriedPlan } from "../bundle/image-hooks.ts";
import { parseLocation } from "../codec/image/location.ts";
import { withLayout } from "../media/layout.ts";
import { readPlan } from "../plan/read.ts";
import { type BundleInjection, injectBundle } from "../runtime/inject.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";

export interface ApplyOptions {
  bundle: string;
  /** Base name of the runtime that will run the bundle; the plan's, or runc, when absent. */
  runtime?: string;
  dryRun?: boolean;
  /** An image in a layout, `oci:PATH:TAG`, whose hooks are taken as well. */
  fromImage?: string;
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
  const bundle = resolved(options.bundle);
  const dryRun = options.dryRun ?? false;
  const { digest, done } =
    options.fromImage === undefined
      ? await applyInForce(roots, bundle, options)
      : await applyFromImage(roots, bundle, options.fromImage, options);
  const { injection } = done;
  return {
    ...changeOf(bundle, done.path, done.before, done.after, dryRun),
    plan: `sha256:${digest}`,
    matched: injection.matched.map(({ name }) => name),
    added: injection.added,
    skipped: injection.skipped.map(({ definition, message }) => ({ name: definition.name, message })),
    sandbox: injection.sandbox === true,
  };
}

interface Done {
  digest: Hex;
  done: BundleInjection;
}

async function applyInForce(roots: Roots, bundle: string, options: ApplyOptions): Promise<Done> {
  const inForce = readPlan(roots);
  if (inForce === undefined) {
    throw new Failure("no_plan", `apply the plan to ${options.bundle}: there is no plan in force`, {
      hint: "Run `hookwright apply` first.",
    });
  }
  const { plan, digest } = inForce;
  const runtime = options.runtime ?? plan.runtime ?? "runc";
  const runtimeName = runtime.slice(runtime.lastIndexOf("/") + 1);
  const dryRun = options.dryRun ?? false;
  return { digest, done: await injectBundle({ bundle, roots, plan, digest, runtimeName, dryRun }) };
}

async function applyFromImage(
  roots: Roots,
  bundle: string,
  image: string,
  { runtime, dryRun = false }: ApplyOptions,
): Promise<Done> {
  const location = parseLocation(image);
  if (location.kind !== "oci") {
    throw new Failure("location_invalid", `take the hooks of ${image}: it is in no layout of this host`, {
      hint: "Pull it first, and write oci:PATH:TAG.",
      exitCode: EXIT.usage,
    });
  }
  const carried = withLayout(location.path, (layout) =>
    carriedPlan(roots, layout, layout.resolve(location.tag ?? "latest"), image),
  );
  const more = runtime === undefined ? {} : { runtime };
  return {
    digest: carried.digest,
    done: await applyCarriedPlan(roots, carried, { bundle, dryRun, ...more }),
  };
}
