/**
 * Whether a compiled pattern matches a text. The literal kinds are answered here without any regular expression; the
 * others by an engine that is loaded only when a plan needs it, since it costs the wrapper's start-up.
 */

import type { CompiledWhen, Matcher, Plan } from "../../spec/plan.ts";

/** Answers patterns of the kinds `js` and `re2`; made by `pattern-engine.ts`. */
export interface PatternEngine {
  test(kind: "js" | "re2", source: string, text: string): boolean;
}

/** What a plan needs for its patterns: nothing, the platform's RegExp, or the RE2 library as well. */
export type EngineNeed = "none" | "js" | "re2";

/**
 * Whether the pattern matches somewhere in the text. `engine` is needed for the kinds `js` and `re2` only; a plain Error
 * is thrown when it is missing, which is a mistake of the caller.
 */
export function matchesText(matcher: Matcher, text: string, engine: PatternEngine | undefined): boolean {
  switch (matcher.kind) {
    case "any":
      return true;
    case "equals":
      return text === matcher.text;
    case "prefix":
      return text.startsWith(matcher.text);
    case "suffix":
      return text.endsWith(matcher.text);
    case "contains":
      return text.includes(matcher.text);
    default:
      if (engine === undefined) throw new Error(`pattern of kind ${matcher.kind} without an engine`);
      return engine.test(matcher.kind, matcher.source, text);
  }
}

/** The most that any pattern of the plan needs. */
export function engineNeed(plan: Plan): EngineNeed {
  let need: EngineNeed = "none";
  for (const { when } of plan.definitions) {
    const most = needOf(when);
    if (most === "re2") return "re2";
    if (most === "js") need = "js";
  }
  return need;
}

/** Whether `loadEngine` (pattern-engine.ts) has to be called before the plan is matched. */
export function needsEngine(plan: Plan): boolean {
  return engineNeed(plan) !== "none";
}

function needOf({ annotations, commands, annotationValues }: CompiledWhen): EngineNeed {
  let need: EngineNeed = "none";
  const look = (matcher: Matcher): void => {
    if (matcher.kind === "re2") need = "re2";
    else if (matcher.kind === "js" && need === "none") need = "js";
  };
  if (annotations !== undefined) {
    for (const { key, value } of annotations) {
      look(key);
      look(value);
    }
  }
  if (commands !== undefined) for (const { matcher } of commands) look(matcher);
  if (annotationValues !== undefined) for (const { matcher } of annotationValues) look(matcher);
  return need;
}
