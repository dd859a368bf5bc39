/** A3: a hook entry without `env`, or with an empty one, inherits on some runtime: the linter says so, and every entry of ours has one. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook } from "../support/attack.ts";
import { define } from "../support/plan.ts";
import { hookwright } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test.each([[undefined], [[]]])("A3: the linter names env %p", async (env) => {
  const hook = { path: "/usr/bin/busybox", args: ["busybox", "true"], timeout: 2, ...(env ? { env } : {}) };
  const file = define(root.root, "no-env", {
    version: "1.0.0",
    hook,
    when: { always: true },
    stages: ["poststop"],
  });
  const { stdout } = await hookwright(root.root, ["hook", "check", file]);
  expect(stdout).toContain("no-env");
});

test("A3: the entry that is injected for a definition without env has a non-empty one", async () => {
  const { hook } = await injectedHook(root, "true", { env: [] });
  expect(hook.env?.length).toBeGreaterThan(0);
});
