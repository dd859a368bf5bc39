/** A plan whose hook runs at poststop alone stays for containers that an engine gave it, until the machine starts anew. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import {
  type DefinitionRoot,
  definitionRoot,
  STATIC_PROGRAM as host,
  simple,
} from "../../test/support/definitions.ts";
import { apply } from "../commands/apply.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { collect } from "./collect.ts";
import { linkedDigest } from "./read.ts";

bind(primitive);

let root: DefinitionRoot;
beforeEach(() => {
  root = definitionRoot();
});
afterEach(() => root.remove());

const HOUR = 3_600_000;

/** Puts a plan with one hook in force, and two others after it; whether the first, and its entry, outlive an hour. */
async function outlives(stages: string[]): Promise<boolean> {
  const program = root.script("one");
  root.define("one.json", simple(program, { stages }));
  await apply(root, { host });
  const digest = linkedDigest(root.current) ?? "";
  for (const name of ["two", "three"]) {
    root.define("one.json", simple(root.script(name, `echo ${name}`), { name }));
    await apply(root, { host });
  }
  const before = readdirSync(root.store).length;
  const { plans, files } = collect(root, Date.now() + HOUR);
  expect(readdirSync(root.store).length).toBe(before - files.length);
  expect(plans.includes(digest)).toBe(files.length > 0);
  return existsSync(`${root.plans}/${digest}.json`);
}

test("a wrapper's container has a record, so nothing more is kept", async () => {
  expect(await outlives(["poststop"])).toBe(false);
});

test("an engine that gets hooks beforehand: those with another stage leave a record", async () => {
  await enableEngine(root, { engine: "podman", env: process.env, wrapper: host });
  expect(await outlives(["createRuntime", "poststop"])).toBe(false);
});

test("an engine that gets hooks beforehand: the last stage alone is kept until the next start", async () => {
  await enableEngine(root, { engine: "podman", env: process.env, wrapper: host });
  expect(await outlives(["poststop"])).toBe(true);
  const [note = ""] = readdirSync(`${root.run}/promised`);
  writeFileSync(`${root.run}/promised/${note}`, "another start of the machine");
  expect(collect(root, Date.now() + HOUR).plans).toEqual([note]);
  expect(readdirSync(`${root.run}/promised`)).toEqual([]);
});
