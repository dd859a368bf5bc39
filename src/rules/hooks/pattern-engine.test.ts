/** The pattern engine on both engines: QuickJS's RegExp, like Bun's, gives RE2's answer for what is handed to it. */

import { equal, ok, test } from "../../../test/portable/api.ts";
import { compileRe2 } from "../../codec/re2.ts";
import { type EngineNeed, matchesText } from "./match-pattern.ts";
import { compilePattern } from "./pattern.ts";
import { loadEngine } from "./pattern-engine.ts";

const ATOMS = [
  "a",
  "b",
  "c",
  "/",
  "\n",
  "é",
  "😀",
  "\\.",
  "\\d",
  "\\W",
  "\\s",
  ".",
  "[ab]",
  "[^a]",
  "[a-c/]",
  "[😀-😎x]",
  "[^😀]",
  "[^\\s]",
  "(ab|c|)",
  "(?:a|/)",
];
const REPEATS = ["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}"];
const CHARS = [..."aabbcc/.1 \n\r\u2028é😀𝒳", "\ud83d", "\ude00"];

/** A small generator (mulberry32), so that both engines see the same cases. */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

test("4000 random patterns agree with RE2", async () => {
  const engine = await loadEngine("re2");
  const below = random(1);
  let js = 0;
  for (let at = 0; at < 4000; at++) {
    let source = below(2) === 0 ? "^" : "";
    for (let parts = below(5); parts > 0; parts--) {
      const atom = ATOMS[below(ATOMS.length)] ?? "";
      source += atom + (REPEATS[below(REPEATS.length)] ?? "");
    }
    if (below(2) === 0) source += "$";
    if (below(8) === 0) source += "|b+$";
    const matcher = compilePattern(source);
    if (matcher.kind === "js") js++;
    const re2 = compileRe2(source);
    for (let texts = 0; texts < 4; texts++) {
      let text = "";
      for (let length = below(8); length > 0; length--) text += CHARS[below(CHARS.length)] ?? "";
      equal(matchesText(matcher, text, engine), re2.test(text), `${source} on ${JSON.stringify(text)}`);
    }
  }
  ok(js > 500, `only ${js} went to RegExp`);
});

test("an engine without the RE2 library answers what needs only RegExp", async () => {
  const need: EngineNeed = "js";
  const engine = await loadEngine(need);
  const matcher = compilePattern("^(sh|bash)$");
  equal(matcher.kind, "js");
  equal(matchesText(matcher, "bash", engine), true);
  equal(matchesText(matcher, "zsh", engine), false);
});

test("A24: hostile text of 100 KB is answered at once by RegExp and by RE2", async () => {
  const engine = await loadEngine("re2");
  const begin = Date.now();
  for (const [source, unit] of [
    ["^[a-z]+\\.example$", "a"],
    ["^.*foo$", "foo"],
    ["(a|b)(a|b)(a|b)c", "a"],
    ["^(a+)+$", "a"],
  ] as const) {
    equal(matchesText(compilePattern(source), `${unit.repeat(100_000 / unit.length)}\n!`, engine), false);
  }
  ok(Date.now() - begin < 10_000, `${Date.now() - begin} ms`);
});
