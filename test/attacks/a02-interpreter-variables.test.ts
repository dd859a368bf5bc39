/** A2: variables that steer interpreters (Node, Python, Perl, shells, Java) must not reach a hook from image or runtime. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { guardCommand, injectedHook, runContainer, shellHook } from "../support/attack.ts";
import { environmentOf } from "../support/injected.ts";
import { applyPlan } from "../support/plan.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const HOSTILE = "NODE_OPTIONS PYTHONPATH PERL5OPT BASH_ENV ENV IFS PS4 JAVA_TOOL_OPTIONS".split(" ");

test("A2: from the image, at startContainer", async () => {
  await applyPlan(root.root, { hook: shellHook("env > /seen", { stage: "startContainer" }) });
  const { bundle } = await runContainer(root, "runc", ["true"], (config) => {
    config.process?.env?.push(...HOSTILE.map((name) => `${name}=evil`));
  });
  const names = readFileSync(`${bundle}/rootfs/seen`, "utf8")
    .split("\n")
    .map((line) => line.split("=")[0] ?? "");
  expect(names.filter((name) => HOSTILE.includes(name))).toEqual([]);
});

test("A2: from whoever starts the guard", async () => {
  const made = await injectedHook(root, `env > ${root.work}/seen`);
  const env = { ...environmentOf(made.hook), ...Object.fromEntries(HOSTILE.map((name) => [name, "evil"])) };
  expect((await run(guardCommand(made.hook), { env, stdin: made.state })).code).toBe(0);
  expect(readFileSync(`${root.work}/seen`, "utf8")).not.toContain("evil");
});
