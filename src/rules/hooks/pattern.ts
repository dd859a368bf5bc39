/**
 * From a Go RE2 pattern to what the wrapper compares with: most patterns of real definitions are a fixed text with or
 * without anchors and need no regular expression at all; some are put as a plain RegExp that provably gives RE2's
 * answer in linear time (`pattern-cost.ts`); the rest are left to the RE2 library. Runs when a plan is made, never on a
 * container's path. Only whether a pattern matches counts, never where, which allows these rewritings:
 *
 *  - at an open end a repetition shrinks to its least number: `.*foo.+` asks for `foo` and one more character;
 *  - what may be empty there goes: `(a|)foo` is `foo`; a branch that is left with nothing and an open end is `any`.
 */

import { compileRe2 } from "../../codec/re2.ts";
import { Failure } from "../../spec/failure.ts";
import type { Matcher } from "../../spec/plan.ts";
import { type CodePoints, only } from "./code-points.ts";
import { isLinear, isOptional } from "./pattern-cost.ts";
import { type Branch, type Item, parseSimple } from "./pattern-syntax.ts";

/**
 * Compiles a pattern of a definition (Go RE2, unanchored). Throws the Failure `pattern_invalid` when Go would refuse it
 * too; the caller knows the file and line. `role` is what the message calls the pattern: `annotation key`, `command`…
 */
export function compilePattern(source: string, role = "pattern"): Matcher {
  try {
    compileRe2(source);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new Failure("pattern_invalid", `compile the ${role} ${JSON.stringify(source)}: ${reason}`, {
      hint: mendFor(reason),
      cause,
    });
  }
  const branches = parseSimple(source);
  return branches === undefined ? { kind: "re2", source } : classify(source, branches.map(simplified));
}

function classify(source: string, branches: Branch[]): Matcher {
  if (branches.some(isAny)) return { kind: "any" };
  const [first, ...others] = branches;
  const text = others.length === 0 && first !== undefined ? fixedText(first) : undefined;
  if (first !== undefined && text !== undefined) return { kind: literalKind(first), text };
  if (!branches.every(isLinear)) return { kind: "re2", source };
  return { kind: "js", source: branches.map(print).join("|") };
}

/** The same question with as little repetition as its open ends allow. */
function simplified(branch: Branch): Branch {
  const items = branch.items.filter((item) => item.kind === "group" || item.max > 0);
  if (!branch.start) while (items[0] !== undefined && shrinks(items, 0)) items.shift();
  if (!branch.end) while (items.length > 0 && shrinks(items, items.length - 1)) items.pop();
  return { ...branch, items };
}

/** Shrinks the item at an open end; true when nothing of it remains. */
function shrinks(items: Item[], at: number): boolean {
  const item = items[at];
  if (item === undefined || isOptional(item)) return true;
  if (item.kind === "run") items[at] = { ...item, max: item.min };
  return false;
}

function isAny(branch: Branch): boolean {
  return branch.items.length === 0 && !(branch.start && branch.end);
}

function literalKind(branch: Branch): "equals" | "prefix" | "suffix" | "contains" {
  if (branch.start) return branch.end ? "equals" : "prefix";
  return branch.end ? "suffix" : "contains";
}

function fixedText(branch: Branch): string | undefined {
  let text = "";
  for (const item of branch.items) {
    const code = item.kind === "run" && item.min === item.max ? only(item.set) : undefined;
    if (item.kind !== "run" || code === undefined) return undefined;
    text += String.fromCodePoint(code).repeat(item.min);
  }
  return text;
}

function print(branch: Branch): string {
  return `${branch.start ? "^" : ""}${branch.items.map(printItem).join("")}${branch.end ? "$" : ""}`;
}

function printItem(item: Item): string {
  if (item.kind === "group") return `(?:${item.branches.map((one) => one.map(printSet).join("")).join("|")})`;
  const { min, max } = item;
  if (min === 1 && max === 1) return printSet(item.set);
  return `${printSet(item.set)}{${min}${min === max ? "" : `,${max === Number.POSITIVE_INFINITY ? "" : max}`}}`;
}

function printSet(set: CodePoints): string {
  const one = only(set);
  if (one !== undefined) return printCode(one);
  let ranges = "";
  for (let i = 0; i + 1 < set.length; i += 2) {
    const [lo, hi] = [set[i] as number, set[i + 1] as number];
    ranges += lo === hi ? printCode(lo) : `${printCode(lo)}-${printCode(hi)}`;
  }
  return `[${ranges}]`;
}

/** A code point as it stands when it is a letter or digit, else so that no engine can misread it. */
function printCode(code: number): string {
  const char = String.fromCodePoint(code);
  return /^[A-Za-z0-9]$/.test(char) ? char : `\\u{${code.toString(16)}}`;
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/^error parsing regexp: /, "");
}

/** The mend for each complaint of RE2, by the words that Go uses. */
const MENDS: readonly [words: string, mend: string][] = [
  [
    "Perl syntax",
    "RE2 has no look-ahead and no back-references; list what you want to match, or write several patterns",
  ],
  ["named capture", "a group is written (…), (?:…) or (?P<name>…); RE2 has no look-behind"],
  ["missing closing ]", "close the class with ], or write \\[ for the character"],
  ["missing closing )", "close the group with ), or write \\( for the character"],
  ["unexpected )", "open the group with (, or write \\) for the character"],
  ["trailing backslash", "write \\\\ for a backslash"],
  ["escape sequence", "a backslash goes before punctuation or one of RE2's classes such as \\d, \\w, \\s"],
  [
    "character class range",
    "a range runs upwards, and a named class is one of RE2's, such as [[:alpha:]] or \\pL",
  ],
  [
    "missing argument",
    "put a character or a group before the repetition, or write \\*, \\+, \\? for the character",
  ],
  ["repetition operator", "put a group around what is repeated twice: (?:a*)*"],
  ["repeat count", "a count is at most 1000, and the lower one comes first"],
  ["nests too deeply", "use fewer groups inside groups"],
  ["too large", "use smaller repetition counts"],
];

function mendFor(reason: string): string {
  const found = MENDS.find(([words]) => reason.includes(words));
  return found?.[1] ?? "write the pattern in the syntax of https://github.com/google/re2/wiki/Syntax";
}
