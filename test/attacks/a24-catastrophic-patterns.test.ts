/** A24: a pattern that takes a backtracking engine for ever: the wrapper answers at once, as RE2 does. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { shellHook } from "../support/attack.ts";
import { makeBundle } from "../support/bundle.ts";
import { applyPlan } from "../support/plan.ts";
import { program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const PATTERNS = [
  "^(a+)+$",
  "^(a|aa)+$",
  "^(a|a?)+$",
  "^a*a*a*a*a*a*a*a*b$",
  "(x+x+)+y",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
];

test.each(PATTERNS)("A24: %s against a value made for it", async (pattern) => {
  const value = `${"a".repeat(5000)}${"x".repeat(5000)}!`;
  await applyPlan(root.root, { hook: shellHook("exit 1", { when: { annotations: { "^key$": pattern } } }) });
  const bundle = makeBundle(`${root.work}/bundle`, {
    tweak: (config) => {
      config.annotations = { key: value };
    },
  });
  const command = [
    program("hookwright-runtime"),
    "--runtime-path",
    "/bin/true",
    "create",
    "-b",
    bundle,
    "a24",
  ];
  const done = await run(command, { env: { HOOKWRIGHT_ROOT: root.root }, limit: 10_000 });
  expect([done.code, done.signal]).toEqual([0, null]);
});
