/** What a container gets and why, as people read it: definition by definition, then the order per stage. */

import type { Explained } from "../commands/hook-explain.ts";
import type { DefinitionReport } from "../rules/hooks/explain.ts";
import type { ConditionReport, Outcome } from "../rules/hooks/explain-when.ts";
import type { Cell, Text, Tone } from "./answer.ts";

const MARKS: { [O in Outcome]: string } = { held: "+", failed: "-", skipped: " ", error: "!" };
const TONES: { [V in DefinitionReport["verdict"]]: Tone } = {
  match: "good",
  "no match": "faint",
  error: "bad",
};

export function explainText(explained: Explained): Text {
  const { definitions, order, failure, sandbox, changed } = explained;
  const lines: Cell[] = [
    `by ${explained.plan === undefined ? "the definitions as they are now" : `plan ${explained.plan}`}`,
  ];
  if (sandbox)
    lines.push("This is a pod's sandbox: only definitions with when.sandbox are matched against it.");
  if (definitions.length === 0) lines.push("There are no definitions.");
  for (const definition of definitions) lines.push("", ...definitionLines(definition));
  if (failure !== undefined) {
    lines.push("", { text: `The container would not be created: ${failure.message}`, tone: "bad" });
    if (failure.hint !== undefined) lines.push(`  ${failure.hint}`);
  }
  lines.push("", order.length === 0 ? "No hooks would run." : "Hooks would run in this order:");
  for (const { stage, hooks } of order) {
    const names = hooks.map(({ by, name }) =>
      by === "definition" ? name : by === "foreign" ? `${name} (not ours)` : `(${name})`,
    );
    lines.push(`  ${stage}: ${names.join(", ")}`);
  }
  if (changed.length > 0) lines.push(`Members of config.json that change: ${changed.join(", ")}`);
  return lines;
}

function definitionLines({
  name,
  verdict,
  reason,
  conditions,
  stages,
  edits,
  anyOf,
}: DefinitionReport): Cell[] {
  const gives = [stages.join(", "), edits && verdict === "match" ? "edits" : ""].filter(
    (word) => word !== "",
  );
  const applies =
    verdict === "match"
      ? `applies (${gives.join("; ")})`
      : verdict === "error"
        ? "cannot be judged"
        : "does not apply";
  return [
    { text: `${name}: ${applies}`, tone: TONES[verdict] },
    `  ${reason}${anyOf ? " (any one condition is enough)" : ""}`,
    ...conditions.map(conditionLine),
  ];
}

function conditionLine({ condition, outcome, wanted, found }: ConditionReport): string {
  return `  ${MARKS[outcome]} ${condition} ${JSON.stringify(wanted)}: ${found}`;
}
