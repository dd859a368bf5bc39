/** The rule about definitions that feed each other: an edit must not change what a condition looks at. */

import { compileRe2 } from "../../codec/re2.ts";
import { findFeedback } from "../../rules/hooks/feedback.ts";
import type { PatternEngine } from "../../rules/hooks/match-pattern.ts";
import type { PlannedDefinition } from "../../spec/plan.ts";
import type { ReadDefinition } from "../read-definition.ts";

/** Each pattern is asked about a few annotations only, so nothing is kept compiled. */
const ENGINE: PatternEngine = {
  test: (kind, source, text) =>
    kind === "re2" ? compileRe2(source).test(text) : new RegExp(source, "u").test(text),
};

/** Adds to the reports of `files` what `planned`, their definitions in the same order, do to each other. */
export function lintFeedback(files: readonly ReadDefinition[], planned: readonly PlannedDefinition[]): void {
  for (const { editor, reader, annotation } of findFeedback(planned, ENGINE)) {
    const whose = reader === undefined ? "the engine's own key" : `what ${reader.name} looks at`;
    files[planned.indexOf(editor)]?.report.add(
      "edit-feeds-condition",
      ["edits", "annotations", annotation],
      `sets ${whose}: whether a hook applies would depend on how often the plan was injected`,
      "set another annotation, or match on something that no edit changes",
      true,
    );
  }
}
