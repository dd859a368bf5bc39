/** `rollback`: the previous plan comes in force again. A second rollback undoes the first. */

import { synchronize } from "../engines/injected.ts";
import { rollBack } from "../plan/apply.ts";
import { withPlanLock } from "../plan/lock.ts";
import type { Roots } from "../spec/roots.ts";

export interface RollbackResult {
  /** `sha256:…` of the plan that is in force now, and of the one that was; the latter is absent when it was unreadable. */
  plan: string;
  from?: string;
  generation: number;
  created: string;
  definitions: string[];
}

/** Rolls back; definitions stay as they are, so the next `apply` puts them in force again. @throws Failure */
export async function rollback(roots: Roots): Promise<RollbackResult> {
  const { plan, digest, from } = withPlanLock(roots, () => {
    const done = rollBack(roots);
    synchronize(roots);
    return done;
  });
  return {
    plan: `sha256:${digest}`,
    ...(from === undefined ? {} : { from: `sha256:${from}` }),
    generation: plan.generation,
    created: plan.created,
    definitions: plan.definitions.map(({ name }) => name),
  };
}
