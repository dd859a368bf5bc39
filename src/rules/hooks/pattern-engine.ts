/**
 * The engine for patterns that are not plain text; `match-pattern.ts` says when. This module is the only one on a
 * container's path that uses RegExp, and it brings the RE2 library in only when a pattern needs that.
 */

import type { EngineNeed, PatternEngine } from "./match-pattern.ts";

/** Loads what `need` says. Each pattern is compiled once, when it is first asked about. */
export async function loadEngine(need: EngineNeed): Promise<PatternEngine> {
  const compileRe2 = need === "re2" ? (await import("../../codec/re2.ts")).compileRe2 : undefined;
  const compiled = new Map<string, { test(text: string): boolean }>();
  return {
    test(kind, source, text) {
      const key = `${kind} ${source}`;
      let pattern = compiled.get(key);
      if (pattern === undefined) {
        if (kind === "re2" && compileRe2 === undefined) throw new Error("the RE2 library was not asked for");
        pattern = kind === "re2" && compileRe2 !== undefined ? compileRe2(source) : new RegExp(source, "u");
        compiled.set(key, pattern);
      }
      return pattern.test(text);
    },
  };
}
