/**
 * The hooks that an image carries, into a bundle of it: with the plan in force, in one plan that is nobody else's. It is
 * put in the store beside the others and kept as long as the bundle names it.
 */

import { canonicalJson } from "../codec/json/canonical.ts";
import { endOf, type Walk } from "../media/layout/walk.ts";
import type { Layout } from "../media/layout.ts";
import { storePlan } from "../plan/apply.ts";
import { readConfiguration } from "../plan/configuration.ts";
import { type Draft, draftOf } from "../plan/draft.ts";
import { definitionsOf } from "../plan/image-definitions.ts";
import { trustedHooks } from "../plan/image-trust.ts";
import { withPlanLock } from "../plan/lock.ts";
import { type PlanInForce, readPlan } from "../plan/read.ts";
import { digestOf } from "../plan/store.ts";
import { type BundleInjection, injectBundle } from "../runtime/inject.ts";
import type { Hex, Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

export interface CarriedPlan {
  readonly draft: Pick<Draft, "content" | "files">;
  readonly plan: Plan;
  readonly digest: Hex;
}

/**
 * The plan of an image's own hooks behind those of the plan in force; nothing is written. `what` names the image in
 * messages. Throws `Failure`: `hooks_missing`, `hooks_untrusted`, …, and DefinitionFailure.
 */
export function carriedPlan(roots: Roots, layout: Layout, walk: Walk, what: string): CarriedPlan {
  const configuration = readConfiguration(roots);
  const carried = trustedHooks(layout, endOf(walk), configuration, what);
  const reads = definitionsOf(layout, carried, what);
  const draft = draftOf(roots, reads, configuration, {});
  const plan = together(draft, readPlan(roots), endOf(walk).digest);
  return { draft, plan, digest: digestOf(canonicalJson(plan)) };
}

/** Puts a carried plan into the bundle, an absolute path; a second time changes nothing. Throws as `injectBundle`. */
export async function applyCarriedPlan(
  roots: Roots,
  { draft, plan, digest }: CarriedPlan,
  { bundle, runtime, dryRun }: { bundle: string; runtime?: string; dryRun?: boolean },
): Promise<BundleInjection> {
  if (!dryRun) withPlanLock(roots, () => storePlan(roots, draft, plan));
  const name = runtime ?? plan.runtime ?? "runc";
  return injectBundle({
    bundle,
    roots,
    plan,
    digest,
    runtimeName: name.slice(name.lastIndexOf("/") + 1),
    // The record keeps the plan; it is the bundle's, whatever its container will be called.
    id: "",
    ...(dryRun !== undefined && { dryRun }),
  });
}

/** The same text for the same definitions, so that nothing changes when nothing has changed. */
function together(
  { content }: Pick<Draft, "content">,
  inForce: PlanInForce | undefined,
  image: string,
): Plan {
  const base = inForce?.plan;
  return {
    ...content,
    generation: base?.generation ?? 0,
    created: base?.created ?? "1970-01-01T00:00:00.000Z",
    definitions: [...(base?.definitions ?? []), ...content.definitions],
    image,
  };
}
