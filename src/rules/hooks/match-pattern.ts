/**
 * Whether a compiled pattern matches a text. The literal kinds are answered here without any regular expression; the
 * others by an engine that is made only when a plan needs it, since compiling patterns takes the wrapper time.
 */

import type { Matcher, Plan } from "../../spec/plan.ts";

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

/** The most that any pattern of the plan needs. Plain loops: this is asked for every container. */
export function engineNeed(plan: Plan): EngineNeed {
  let js = false;
  for (const definition of plan.definitions) {
    const { annotations, commands, annotationValues } = definition.when;
    if (annotations !== undefined) {
      for (const pair of annotations) {
        const key = pair.key.kind;
        const value = pair.value.kind;
        if (key === "re2" || value === "re2") return "re2";
        if (key === "js" || value === "js") js = true;
      }
    }
    for (const patterns of [commands, annotationValues]) {
      if (patterns === undefined) continue;
      for (const { matcher } of patterns) {
        if (matcher.kind === "re2") return "re2";
        if (matcher.kind === "js") js = true;
      }
    }
  }
  return js ? "js" : "none";
}
