/** The plan's word on which runtime is the real one, for a wrapper whose name does not say it. */

import { readPlan } from "../plan/read.ts";
import { variable } from "../spec/environment.ts";
import { rootsAt } from "../spec/roots.ts";

/**
 * The runtime that the plan names. A plan that cannot be read names none, so `kill` and `delete` still reach a runtime;
 * `create` reads the plan again and stops there.
 */
export function plannedRuntime(env: readonly string[]): string | undefined {
  try {
    return readPlan(rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/"))?.plan.runtime;
  } catch {
    return undefined;
  }
}
