/** A23: `args` is the whole argv: an empty one, or an argv[0] that names another program, is pointed out. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { injectedHook, runGuard, shellHook } from "../support/attack.ts";
import { define } from "../support/plan.ts";
import { hookwright } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test.each([
  ["empty-args", []],
  ["argv0-differs", ["innocent", "-c", "true"]],
])("A23: the linter says %s", async (rule, args) => {
  const file = define(root.root, "argv", shellHook("", { args }));
  expect((await hookwright(root.root, ["hook", "check", file])).stdout).toContain(rule);
});

test("A23: argv reaches the hook word for word, spaces and quotes and all", async () => {
  const words = ["sh", "-c", `printf '<%s>' "$@" > ${root.work}/argv`, "zero", "a b", "", "'\"", "$HOME"];
  const made = await injectedHook(root, "", { args: words });
  expect((await runGuard(made)).code).toBe(0);
  expect(readFileSync(`${root.work}/argv`, "utf8")).toBe("<a b><><'\"><$HOME>");
});
