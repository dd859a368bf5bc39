/** Which definitions of a plan apply to a container, and what becomes of one whose conditions cannot be judged. */

import { Failure } from "../../spec/failure.ts";
import type { PlannedDefinition } from "../../spec/plan.ts";
import type { ContainerFacts } from "./facts.ts";
import { matchDefinition } from "./match.ts";
import type { PatternEngine } from "./match-pattern.ts";

/** Why a definition could not be judged, must not be passed over, or does not say what it would edit. */
export class Unfit extends Failure {
  readonly definition: PlannedDefinition;

  constructor(failure: Failure, definition: PlannedDefinition, message = failure.message) {
    const { code, hint, exitCode } = failure;
    const rest = { exitCode, cause: failure };
    super(code, message, hint === undefined ? rest : { hint, ...rest });
    this.definition = definition;
  }
}

/**
 * The definitions that apply, in the plan's order. What `matchDefinition` throws stops the container, as an `Unfit` with the
 * definition's name in the message; of a definition with `onFailure: continue` it is only noted.
 */
export function selectDefinitions(
  definitions: readonly PlannedDefinition[],
  facts: ContainerFacts,
  engine?: PatternEngine,
): { matched: PlannedDefinition[]; skipped: Unfit[] } {
  const matched: PlannedDefinition[] = [];
  const skipped: Unfit[] = [];
  for (const definition of definitions) {
    try {
      if (matchDefinition(definition.when, facts, engine)) matched.push(definition);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const message = `match hook ${JSON.stringify(definition.name)}: ${error.message}`;
      const unfit = new Unfit(error, definition, message);
      if (definition.onFailure !== "continue") throw unfit;
      skipped.push(unfit);
    }
  }
  return { matched, skipped };
}
