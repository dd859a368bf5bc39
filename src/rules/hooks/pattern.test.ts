/** Patterns: what each becomes, that every compiled form gives RE2's answer, and that none can hang. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileRe2 } from "../../codec/re2.ts";
import { Failure } from "../../spec/failure.ts";
import { matchesText } from "./match-pattern.ts";
import { compilePattern } from "./pattern.ts";
import { loadEngine } from "./pattern-engine.ts";

const engine = await loadEngine("re2");

describe("classification", () => {
  test.each([
    ["", "any"],
    [".*", "any"],
    ["^", "any"],
    ["^.*", "any"],
    [".*$", "any"],
    ["a|", "any"],
    ["[a-z]*", "any"],
    ["(?:)", "any"],
    ["^$", "equals:"],
    ["^/bin/sh$", "equals:/bin/sh"],
    ["^com\\.example\\.net$", "equals:com.example.net"],
    ["^a{3}b{0}$", "equals:aaa"],
    ["^/usr/bin/", "prefix:/usr/bin/"],
    ["^prod.*", "prefix:prod"],
    ["/sh$", "suffix:/sh"],
    [".*/sh$", "suffix:/sh"],
    ["s", "contains:s"],
    [".*foo.*", "contains:foo"],
    ["x*😀+", "contains:😀"],
    ["^.*$", "js:^[\\u{0}-\\u{9}\\u{b}-\\u{10ffff}]{0,}$"],
    ["^(a|b|c)$", "js:^(?:a|b|c)$"],
    ["^a.c$", "js:^a[\\u{0}-\\u{9}\\u{b}-\\u{10ffff}]c$"],
    ["foo.+", "js:foo[\\u{0}-\\u{9}\\u{b}-\\u{10ffff}]"],
    ["^(sh|bash)$|^/bin/", "js:^(?:sh|bash)$|^\\u{2f}bin\\u{2f}"],
    ["^/(usr/)?bin/sh$", "js:^\\u{2f}(?:usr\\u{2f}|)bin\\u{2f}sh$"],
    ["^\\d+\\s*[a-f]+$", "js:^[0-9]{1,}[\\u{9}-\\u{a}\\u{c}-\\u{d}\\u{20}]{0,}[a-f]{1,}$"],
    ["^[a-z]+\\.example$", "js:^[a-z]{1,}\\u{2e}example$"],
    ["^(.*)$", "re2:^(.*)$"],
    ["foo.*bar", "re2:foo.*bar"],
    ["^.*a.*b$", "re2:^.*a.*b$"],
    ["^a?a?a?a?a?a?a?a?aaaaaaaa$", "re2:^a?a?a?a?a?a?a?a?aaaaaaaa$"],
    ["(?i)abc", "re2:(?i)abc"],
    ["[[:alpha:]]", "re2:[[:alpha:]]"],
    ["\\bfoo", "re2:\\bfoo"],
    ["\\pL", "re2:\\pL"],
    ["a{,3}", "re2:a{,3}"],
    ["[xy]{600}z", "re2:[xy]{600}z"],
  ])("%s is %s", (source, expected) => {
    const matcher = compilePattern(source);
    const rest = matcher.kind === "any" ? "" : `:${"text" in matcher ? matcher.text : matcher.source}`;
    expect(`${matcher.kind}${rest}`).toBe(expected);
  });

  test.each([
    ["[", "missing closing ]: `[`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(?<!a)b", "invalid named capture"],
    ["\\1", "invalid escape sequence: `\\1`"],
    ["(a", "missing closing ): `(a`"],
    ["a)", "unexpected ): `a)`"],
    ["\\", "trailing backslash at end of expression"],
    ["[b-a]", "invalid character class range: `b-a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["\\Z", "invalid escape sequence: `\\Z`"],
  ])("%s is refused as by Go, with the mend", (source, reason) => {
    try {
      compilePattern(source);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      const failure = error as Failure;
      expect(failure.code).toBe("pattern_invalid");
      expect(failure.message).toStartWith(`compile the pattern ${JSON.stringify(source)}: ${reason}`);
      expect(failure.hint).toBeString();
    }
  });
});

const char = fc.constantFrom(
  ..."aabbcc/.-_ \n\r\t\u2028\u2029\u0085\u00a0éK\u212aſ😀𝒳\u0000019AZ^$",
  "\ud800",
  "\udc00",
);
const text = fc.array(char, { maxLength: 12 }).map((chars) => chars.join(""));

const atom = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."aabbcc/-_ \n\r\u2028é😀K") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(".", "\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "\\.", "\\n", "\\/", "\\$"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "[ab]",
      "[^a]",
      "[a-c]",
      "[^a-z\\n]",
      "[\\w.-]",
      "[^\\s]",
      "[😀-😎x]",
      "[a^-]",
      "[^😀]",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("[[:alpha:]]", "\\b", "\\pL", "(?i)", "(?s)", "\\x{61}", "\\Qa.\\E", "(?m)"),
  },
);
const repeat = fc.constantFrom("", "", "", "", "", "*", "+", "?", "*?", "{2}", "{1,}", "{0,2}", "{0}", "??");
const sequence = fc
  .array(
    fc.tuple(atom, repeat).map((pair) => pair.join("")),
    { maxLength: 5 },
  )
  .map((p) => p.join(""));
const group = fc
  .tuple(
    fc.constantFrom("(", "(?:"),
    fc.array(
      fc.array(atom, { maxLength: 2 }).map((atoms) => atoms.join("")),
      { minLength: 1, maxLength: 3 },
    ),
    fc.constantFrom(")", ")", ")?", ")*"),
  )
  .map(([open, alternatives, close]) => `${open}${alternatives.join("|")}${close}`);
const branch = fc
  .tuple(
    fc.constantFrom("", "^", "^"),
    fc.array(fc.oneof({ weight: 3, arbitrary: sequence }, { weight: 1, arbitrary: group }), { maxLength: 3 }),
    fc.constantFrom("", "$", "$"),
  )
  .map(([start, parts, end]) => `${start}${parts.join("")}${end}`);
/** Fixed text between anchors: chance alone makes so few that a run could go without. */
const fixed = fc
  .tuple(
    fc.constantFrom("", "^"),
    fc.string({ unit: fc.constantFrom(..."ab/-_é😀"), maxLength: 3 }),
    fc.constantFrom("", "$"),
  )
  .map((parts) => parts.join(""));
const pattern = fc.oneof(
  { weight: 1, arbitrary: fixed },
  { weight: 8, arbitrary: branch },
  { weight: 2, arbitrary: fc.array(branch, { minLength: 2, maxLength: 3 }).map((all) => all.join("|")) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."ab()[]{}*+?|^$\\.-,01"), maxLength: 10 }) },
);

test("the compiled pattern gives RE2's answer for every text", () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 4, maxLength: 4 }), (source, texts) => {
      let re2: ReturnType<typeof compileRe2>;
      try {
        re2 = compileRe2(source);
      } catch {
        expect(() => compilePattern(source)).toThrow(Failure);
        return;
      }
      const matcher = compilePattern(source);
      kinds.set(matcher.kind, (kinds.get(matcher.kind) ?? 0) + 1);
      for (const one of texts) {
        if (matchesText(matcher, one, engine) !== re2.test(one)) {
          throw new Error(`${JSON.stringify(matcher)} on ${JSON.stringify(one)}: RE2 says ${re2.test(one)}`);
        }
      }
    }),
    { numRuns: 10_000 },
  );
  for (const kind of ["any", "equals", "prefix", "suffix", "contains", "js", "re2"]) {
    expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(50);
  }
}, 60_000);

describe("A24: no pattern can hang", () => {
  const length = 100_000;
  test.each([
    ["^(a+)+$", "a"],
    ["^(a|a)*$", "a"],
    ["^(a|aa)+$", "a"],
    ["(a*)*b", "a"],
    ["(.*a){12}", "a"],
    ["^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@)$", "a"],
    ["foo.*bar", "foo"],
    ["^.*a.*b.*c$", "ab"],
    [".*.*=.*", "x"],
    ["\\s+$", " "],
    ["a+a+a+b", "a"],
    ["^(a?){25}a{25}$", "a"],
  ])("%s", (source, unit) => {
    const matcher = compilePattern(source);
    const hostile = `${unit.repeat(length / unit.length)}!`;
    const begin = performance.now();
    matchesText(matcher, hostile, engine);
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  test("what is given to RegExp answers 200 KB of hostile text at once", () => {
    const worst = (source: string, n: number, unit: string): number => {
      const matcher = compilePattern(source);
      expect(matcher.kind).toBe("js");
      const hostile = `${unit.repeat(n)}\n!`;
      const begin = performance.now();
      matchesText(matcher, hostile, engine);
      return performance.now() - begin;
    };
    for (const [source, unit] of [
      ["^[a-z]+\\.example$", "a"],
      ["^.*foo$", "foo"],
      ["^\\w+=\\w*;\\w+$", "a"],
      ["(a|b)(a|b)(a|b)c", "a"],
      ["^[ab]*(ab|ba)c$", "ab"],
    ] as const) {
      worst(source, 1000, unit);
      expect(worst(source, 200_000, unit), source).toBeLessThan(500);
    }
  });
});
