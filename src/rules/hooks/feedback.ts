/**
 * An edit that sets an annotation on which a condition depends: whether the reader applies would then hang on whether
 * the container was already injected once. Nothing else that edits change is looked at by conditions (bind mounts of
 * edits are not counted), so without such edits a second injection finds the same definitions. `apply` refuses it.
 */

import type { PlannedDefinition } from "../../spec/plan.ts";
import { matchesText, type PatternEngine } from "./match-pattern.ts";
import { SANDBOX_KEYS } from "./sandbox.ts";
import { NAMESPACE_KEYS } from "./trusted-namespace.ts";

export interface Feedback {
  /** The definition whose edit sets the annotation. */
  editor: PlannedDefinition;
  /** The definition whose condition looks at it; absent when the engine's own key is set, which every condition needs. */
  reader?: PlannedDefinition;
  annotation: string;
}

/** Every pair of an edit and a condition that looks at what it sets. */
export function findFeedback(definitions: readonly PlannedDefinition[], engine?: PatternEngine): Feedback[] {
  const found: Feedback[] = [];
  for (const editor of definitions) {
    for (const [annotation, value] of Object.entries(editor.edits?.annotations ?? {})) {
      if ([...NAMESPACE_KEYS, ...SANDBOX_KEYS].some(([, key]) => key === annotation))
        found.push({ editor, annotation });
      for (const reader of definitions) {
        if (reads(reader, annotation, value, engine)) found.push({ editor, reader, annotation });
      }
    }
  }
  return found;
}

function reads(
  { when }: PlannedDefinition,
  key: string,
  value: string,
  engine: PatternEngine | undefined,
): boolean {
  if (when.annotations?.some((pair) => matchesText(pair.key, key, engine))) return true;
  return when.annotationValues?.some(({ matcher }) => matchesText(matcher, value, engine)) ?? false;
}
