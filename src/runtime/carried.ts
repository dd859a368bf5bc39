/**
 * A bundle that has the hooks of its image already (`image unpack --with-hooks`, `bundle apply --from-image`): its plan is the
 * host's with the image's definitions behind, and stays in force for this bundle as long as the host's part is that of today.
 */

import { LinuxError } from "../linux/error.ts";
import { type PlanInForce, readPlanFile } from "../plan/read.ts";
import { GUARD, ownEntry } from "../rules/hooks/own-entry.ts";
import { same } from "../rules/hooks/same.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { type Hex, isHex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

/**
 * What to inject into a bundle with this configuration, of which `text` is the text: the plan in force, or the bundle's own that
 * goes on from it. Throws `Failure` `image_hooks_stale` (125) for one that goes on from another, and as `readPlanFile`.
 */
export function planOf(
  text: string,
  config: RuntimeConfig,
  bundle: string,
  inForce: PlanInForce,
  roots: Roots,
): PlanInForce {
  if (inForce.plan.image !== undefined || !text.includes(GUARD)) return inForce;
  const digest = otherPlan(config, inForce.digest, roots.root);
  if (digest === undefined) return inForce;
  const plan = readIfKept(roots, digest);
  if (plan?.image === undefined) return inForce;
  const { definitions } = inForce.plan;
  if (same(plan.definitions.slice(0, definitions.length), definitions)) return { plan, digest };
  throw new Failure(
    "image_hooks_stale",
    `put the plan into ${bundle}: it has the hooks of its image ${plan.image} beside an earlier plan`,
    {
      hint: "Run `hookwright bundle apply --from-image` again, or take them away by `hookwright bundle hooks remove --ours`.",
      exitCode: EXIT.own,
    },
  );
}

function otherPlan({ hooks }: RuntimeConfig, digest: Hex, root: string): Hex | undefined {
  for (const list of Object.values(hooks ?? {})) {
    if (!Array.isArray(list)) continue;
    for (const hook of list) {
      const plan = ownEntry(hook, root)?.plan;
      if (plan !== undefined && plan !== digest && isHex(plan)) return plan;
    }
  }
  return undefined;
}

/** A plan of the host that no container needs any more is gone; that of a bundle stays. */
function readIfKept(roots: Roots, digest: Hex) {
  try {
    return readPlanFile(roots, digest);
  } catch (error) {
    if ((error instanceof Failure && error.code === "plan_missing") || error instanceof LinuxError)
      return undefined;
    throw error;
  }
}
