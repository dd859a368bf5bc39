/**
 * Edits that a hook states at precreate: it prints them, a JSON object a line, and each line counts as if it stood in the definition.
 * What is not just such a line is refused: a container that starts without what it should have been given is worse than none.
 */

import type { Edits } from "../../spec/definition.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import type { PlannedDefinition } from "../../spec/plan.ts";
import { PRECREATE } from "../../spec/stage.ts";
import { Unfit } from "./select.ts";

/**
 * The edits that a definition's hook states, in order; none without such a hook. `run` runs it and returns what it printed. What fails
 * is thrown as an `Unfit`; of one with `onFailure: continue` it is noted in `skipped`.
 */
export function statedEdits(
  definition: PlannedDefinition,
  run: ((definition: PlannedDefinition) => string) | undefined,
  skipped: Unfit[],
): Edits[] {
  const { name, stages, entry, onFailure } = definition;
  if (run === undefined || entry === undefined || !stages.includes(PRECREATE)) return [];
  try {
    return run(definition)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => editsOf(line, name));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const unfit = new Unfit(error, definition);
    if (onFailure !== "continue") throw unfit;
    skipped.push(unfit);
    return [];
  }
}

function editsOf(line: string, name: string): Edits {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong(name, "it is not JSON");
  }
  if (!isObject(value)) throw wrong(name, "it is no object");
  for (const [key, part] of Object.entries(value)) {
    const judge = PARTS[key];
    if (judge === undefined) throw wrong(name, `it has ${JSON.stringify(key.slice(0, 40))}`);
    if (!judge(part)) throw wrong(name, `its ${key} is not as in \`edits\``);
  }
  return value;
}

const PARTS: { readonly [key: string]: (value: unknown) => boolean } = {
  env: (value) => isList(value, (variable) => variable.indexOf("=") > 0),
  removeEnv: (value) => isList(value, (variable) => variable !== "" && !variable.includes("=")),
  annotations: (value) => isObject(value) && Object.values(value).every(isText),
  seccomp: (value) =>
    isObject(value) &&
    Object.keys(value).length === 1 &&
    isObject(value.profile) &&
    typeof value.profile.defaultAction === "string",
};

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function isList(value: unknown, fits: (word: string) => boolean): boolean {
  return Array.isArray(value) && value.every((word) => isText(word) && fits(word));
}

/** The line itself is not repeated: it may hold a secret. */
function wrong(name: string, what: string): Failure {
  return new Failure(
    "edits_invalid",
    `edit the container by ${name}: a line that the hook printed is no edits: ${what}`,
    {
      hint: `at precreate a hook prints edits, one JSON object a line, with ${Object.keys(PARTS).join(", ")}`,
      exitCode: EXIT.own,
    },
  );
}
