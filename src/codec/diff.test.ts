/** The diff against patch(1) and diff(1), the two programs that say what a unified diff is. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { unifiedDiff } from "./diff.ts";

const names = { before: "a", after: "b" };

test("equal texts have no diff", () => expect(unifiedDiff("x\n", "x\n", names)).toBe(""));

test("a change with its context", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  expect(unifiedDiff(before, before.replace("5", "five\n5.5"), names)).toBe(
    "--- a\n+++ b\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+5.5\n 6\n 7\n 8\n",
  );
});

test("distant changes are two hunks, the missing line feed is said", () => {
  const before = Array.from({ length: 20 }, (_, i) => `${i}`).join("\n");
  const after = before.replace("0", "zero").replace(/19$/, "19\n");
  const diff = unifiedDiff(before, after, names);
  expect(diff.match(/^@@/gm)).toHaveLength(2);
  expect(diff).toContain("-19\n\\ No newline at end of file\n+19\n");
});

test("from nothing and to nothing", () => {
  expect(unifiedDiff("", "x\n", names)).toBe("--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
  expect(unifiedDiff("x\n", "", names)).toBe("--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
});

test("applying the diff to the one text gives the other", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "", " d"), { maxLength: 30 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applied(before, unifiedDiff(before, after, names))).toBe(after);
    }),
    { numRuns: 2000 },
  );
});

test("texts without a common line take no time", () => {
  const lines = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}\n`).join("");
  const begin = performance.now();
  unifiedDiff(lines("a"), lines("b"), names);
  expect(performance.now() - begin).toBeLessThan(20_000);
});

/** What patch(1) does, as strict as it can be: every context line must be where the hunk says. */
function applied(before: string, diff: string): string {
  const END = "\\ No newline at end of file";
  const lines = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
  const source = lines(before);
  const out: string[] = [];
  let at = 0;
  let newline = diff === "" ? before.endsWith("\n") : undefined;
  const all = diff.split("\n").slice(2, -1);
  all.forEach((line, i) => {
    const header = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      while (at < start) out.push(source[at++]!);
    } else if (line === END) {
      if (all[i - 1]![0] !== "-") newline = false;
    } else {
      if (line[0] !== "+") expect(source[at++]).toBe(line.slice(1));
      if (line[0] !== "-") out.push(line.slice(1));
      if (line[0] !== "-") newline = true;
    }
  });
  const untouched = at < source.length;
  while (at < source.length) out.push(source[at++]!);
  if (untouched || newline === undefined) newline = before.endsWith("\n");
  return out.join("\n") + (out.length > 0 && newline ? "\n" : "");
}
