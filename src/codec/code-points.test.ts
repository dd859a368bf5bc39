/** The order of texts by code points. */

import { expect, test } from "bun:test";
import { compareCodePoints } from "./code-points.ts";

test("texts are in the order of their bytes, not of their UTF-16 units", () => {
  const texts = ["\u{1f600}", "\u{1f601}", "\uffee", "b", "a", "ab", "é"];
  const sorted = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(texts.toSorted(compareCodePoints)).toEqual(sorted);
});

test("a text comes before those that it begins", () => {
  expect(compareCodePoints("a", "ab")).toBeLessThan(0);
  expect(compareCodePoints("ab", "a")).toBeGreaterThan(0);
  expect(compareCodePoints("a", "a")).toBe(0);
});
