/** `diff`: what `apply` would do. Nothing is written. Exit status 0 when the same, 1 when different, is the caller's. */

import type { PlanChanges } from "../plan/changes.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { pendingChanges } from "../plan/pending.ts";
import type { Roots } from "../spec/roots.ts";

export interface DiffOptions {
  host?: string;
}

export interface DiffResult extends PlanChanges {
  problems: readonly Problem[];
}

/** Compares the definitions with the plan in force. @throws DefinitionFailure, Failure */
export async function diff(roots: Roots, options: DiffOptions = {}): Promise<DiffResult> {
  const { draft, changes } = pendingChanges(roots, options);
  return { ...changes, problems: draft.problems };
}
