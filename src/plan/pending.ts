/** What `apply` would do now: the draft of the definitions against the plan in force. */

import type { Roots } from "../spec/roots.ts";
import { sound } from "./apply.ts";
import { type PlanChanges, planChanges } from "./changes.ts";
import { type Draft, type DraftOptions, makeDraft } from "./draft.ts";
import { entriesOf } from "./entries.ts";

/** Compares a draft with the plan in force, which may be none. */
export function changesOf(roots: Roots, draft: Draft): PlanChanges {
  const inForce = sound(roots);
  const before = inForce && { content: inForce.plan, entries: entriesOf(roots, inForce.plan) };
  return planChanges(before, draft);
}

/** Makes the draft and compares it. Throws as `makeDraft`. */
export function pendingChanges(roots: Roots, options: DraftOptions): { draft: Draft; changes: PlanChanges } {
  const draft = makeDraft(roots, options);
  return { draft, changes: changesOf(roots, draft) };
}
