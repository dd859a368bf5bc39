/** Order and masking of definition files. */

import { expect, test } from "bun:test";
import { maskDefinitions } from "./mask.ts";
import { sortDefinitions } from "./order.ts";

const files = (...names: string[]) => names.map((name) => ({ file: `/etc/hookwright/hooks.d/${name}` }));
const sorted = (...names: string[]) =>
  sortDefinitions(files(...names)).map(({ file }) => file.split("/").at(-1));

test("by lower-cased file name, code point by code point", () => {
  expect(sorted("a", "B", "_c", "9", "10")).toEqual(["10", "9", "_c", "a", "B"]);
});

test("the directory does not count", () => {
  const given = [{ file: "/usr/share/hookwright/hooks.d/b.json" }, { file: "/zzz/a.json" }];
  expect(sortDefinitions(given).map(({ file }) => file)).toEqual([
    "/zzz/a.json",
    "/usr/share/hookwright/hooks.d/b.json",
  ]);
});

test("equal but for case: by exact name, whatever order they came in", () => {
  expect(sorted("a.json", "A.json")).toEqual(["A.json", "a.json"]);
  expect(sorted("A.json", "a.json")).toEqual(["A.json", "a.json"]);
});

test("code points, not UTF-16 units; lower case as Go's", () => {
  expect(sorted("😀", "\uffee", "z")).toEqual(["z", "\uffee", "😀"]);
  expect(sorted("İb", "ic", "ia")).toEqual(["ia", "İb", "ic"]);
});

test("a later directory masks by exact file name", () => {
  const packaged = [{ file: "/usr/share/h/a.json" }, { file: "/usr/share/h/b.json" }];
  const local = [{ file: "/etc/h/b.json" }, { file: "/etc/h/B.json" }];
  const { kept, masked } = maskDefinitions([packaged, local]);
  expect(kept.map(({ file }) => file)).toEqual(["/usr/share/h/a.json", "/etc/h/b.json", "/etc/h/B.json"]);
  expect(masked).toEqual([{ definition: { file: "/usr/share/h/b.json" }, by: { file: "/etc/h/b.json" } }]);
});
