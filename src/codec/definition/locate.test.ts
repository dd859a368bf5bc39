/** Positions of JSON and YAML documents, and what is refused before any meaning is looked at. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { locateJson } from "./json.ts";
import { nodeAt, offsetOf, plainValue } from "./located.ts";
import { locateYaml } from "./yaml.ts";

test("every JSON value comes back as JSON.parse reads it, whatever the white space", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom("", " ", "\t", 2), (value, indent) => {
      const text = ` \r\n${JSON.stringify(value, null, indent)}\n`;
      const { root, problems } = locateJson(text);
      expect(problems).toEqual([]);
      expect(root && plainValue(root)).toEqual(JSON.parse(text));
    }),
  );
});

test("JSON that is not JSON is refused where it goes wrong", () => {
  const cases: [text: string, at: number, word: string][] = [
    ["", 0, "expected a value"],
    ["\ufeff{}", 0, "byte order mark"],
    ["{} {}", 3, "after the end"],
    ['{"a":1,}', 7, "expected a key"],
    ["[1,]", 3, "expected a value"],
    ["{a:1}", 1, "double quotes"],
    ['{"a" 1}', 5, 'expected ":"'],
    ['["a', 1, "no end"],
    ['["a\\x"]', 1, "bad escape"],
    ['["a\nb"]', 3, "control character"],
    ["[01]", 2, 'expected ","'],
    ["[+1]", 1, "expected a value"],
    ["[NaN]", 1, "expected a value"],
    ["[".repeat(100), 65, "nested deeper"],
  ];
  for (const [text, at, word] of cases) {
    const [problem] = locateJson(text).problems;
    expect(problem?.message, text).toContain(word);
    expect(problem?.at, text).toBe(at);
  }
});

test("a path leads to its value, its key, or the nearest place above", () => {
  const text = '{"a": {"b": [1, {"c": 2}]}}';
  const { root } = locateJson(text);
  if (root === undefined) throw new Error("not read");
  expect(text.slice(offsetOf(root, ["a", "b", 1, "c"]))).toStartWith("2");
  expect(text.slice(offsetOf(root, ["a", "b", 1, "c"], true))).toStartWith('"c"');
  expect(text.slice(offsetOf(root, ["a", "x"]))).toStartWith('{"b"');
  expect(nodeAt(root, ["a", "b", 0])).toMatchObject({ value: 1 });
});

test("YAML is read with the core schema and positions", () => {
  const text =
    "version: 1.0.0\nwhen:\n  always: yes # a word\n  n: 0x10\n  off: null\nlist: [a, 'b', \"c\"]\n";
  const { root, problems } = locateYaml(text);
  if (root === undefined) throw new Error("not read");
  expect(problems).toEqual([]);
  expect(plainValue(root)).toEqual({
    version: "1.0.0",
    when: { always: "yes", n: 16, off: null },
    list: ["a", "b", "c"],
  });
  expect(text.slice(offsetOf(root, ["list", 1]))).toStartWith("'b'");
});

test("YAML with two meanings, hidden values or none is refused", () => {
  const words: [text: string, word: string][] = [
    ["a: 1\na: 2\n", "twice"],
    ["a: &x 1\nb: *x\n", "alias"],
    ["<<: {a: 1}\n", "merge"],
    ["a: !foo 1\n", "tag"],
    ["1: a\n", "must be a string"],
    ["? [a]\n: b\n", "must be a string"],
    ["a: 1\n---\nb: 2\n", "more than one"],
    ["a: [\n", "Flow"],
    ["\ta: 1\n", "Tabs"],
    ["# nothing\n", "empty"],
    ["b: !!timestamp 2001-12-14\n", "not a string"],
  ];
  for (const [text, word] of words) expect(locateYaml(text).problems[0]?.message, text).toContain(word);
});
