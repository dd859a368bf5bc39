/** Which definitions of a plan apply to a container, and what becomes of one whose conditions cannot be judged. */

import { Failure } from "../../spec/failure.ts";
import type { PlannedDefinition } from "../../spec/plan.ts";
import type { ContainerFacts } from "./facts.ts";
import { matchDefinition } from "./match.ts";
import type { PatternEngine } from "./match-pattern.ts";

export interface Skipped {
  definition: PlannedDefinition;
  failure: Failure;
}

/**
 * The definitions that apply, in the plan's order. What `matchDefinition` throws stops the container, with the
 * definition's name in the message; of a definition with `onFailure: continue` it is only noted.
 */
export function selectDefinitions(
  definitions: readonly PlannedDefinition[],
  facts: ContainerFacts,
  engine?: PatternEngine,
): { matched: PlannedDefinition[]; skipped: Skipped[] } {
  const matched: PlannedDefinition[] = [];
  const skipped: Skipped[] = [];
  for (const definition of definitions) {
    try {
      if (matchDefinition(definition.when, facts, engine)) matched.push(definition);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const failure = named(error, definition);
      if (definition.onFailure !== "continue") throw failure;
      skipped.push({ definition, failure });
    }
  }
  return { matched, skipped };
}

function named(failure: Failure, { name }: PlannedDefinition): Failure {
  const hint = failure.hint === undefined ? {} : { hint: failure.hint };
  return new Failure(failure.code, `match hook ${JSON.stringify(name)}: ${failure.message}`, {
    ...hint,
    cause: failure,
  });
}
