/** What the doctor says of plan and definitions, each provoked on a root of its own. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import {
  type DefinitionRoot,
  definitionRoot,
  STATIC_PROGRAM as host,
  simple,
} from "../../test/support/definitions.ts";
import { removeTree } from "../../test/support/root.ts";
import { apply } from "../commands/apply.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { planPath, readPlan } from "../plan/read.ts";
import { checkPlan } from "./plan.ts";
import { subjectOf } from "./subject.ts";

bind(primitive);

let root: DefinitionRoot;
beforeEach(() => {
  root = definitionRoot();
});
afterEach(() => root.remove());

const found = () => checkPlan(subjectOf(root, { env: process.env, host, now: Date.now() }));
const said = () => found().map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

test("nothing is said of an installation that is not used yet, nor of one that is in order", async () => {
  expect(said()).toEqual([]);
  root.define("one.json", simple(root.script("one")));
  await apply(root, { host });
  expect(said()).toEqual([]);
});

test("what waits to be applied: a new definition, and a program that changed on the disk", async () => {
  root.define("one.json", simple(root.script("one")));
  expect(said()).toEqual([expect.stringMatching(/^warning plan_stale: .*: \+one, guard$/)]);
  await apply(root, { host });
  root.script("one", "exit 1");
  expect(said()).toEqual([expect.stringMatching(/^warning plan_stale: .*: ~one \(.*hook.*\)$/)]);
});

test("a definition that cannot be applied, with its place", async () => {
  await apply(root, { host });
  const file = root.define("one.json", simple(root.script("one"), { stages: ["createRuntim"] }));
  expect(said()).toEqual([
    expect.stringMatching(new RegExp(`^error definition_invalid: ${file}:\\d+:\\d+: unknown-stage: `)),
  ]);
  expect(found()[0]?.mend).toContain("createRuntime");
});

test("a store that lacks a program, and one that has another", async () => {
  root.define("one.json", simple(root.script("one")));
  await apply(root, { host });
  const plan = readPlan(root)?.plan;
  removeTree(`${root.store}/${plan?.definitions[0]?.hook}`);
  expect(said()).toEqual([expect.stringContaining("which is one: such hooks fail")]);
  Bun.spawnSync(["chattr", "-i", `${root.store}/${plan?.guard}`]);
  chmodSync(`${root.store}/${plan?.guard}`, 0o755);
  writeFileSync(`${root.store}/${plan?.guard}`, "another");
  expect(found().map(({ code }) => code)).toEqual(["store_incomplete", "store_incomplete"]);
  await apply(root, { host });
  expect(said()).toEqual([]);
});

test("a plan that is not what its name says", async () => {
  await apply(root, { host });
  const path = planPath(root, readPlan(root)?.digest ?? "");
  rmSync(path);
  writeFileSync(path, "{}", { mode: 0o444 });
  expect(said()[0]).toStartWith("error plan_digest: no container starts under a wrapper: ");
});
