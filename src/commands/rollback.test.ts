/** `rollback`, `status`, and what `apply` keeps and takes away: plans, programs, records and spools. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readlinkSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import {
  type DefinitionRoot,
  definitionRoot,
  STATIC_PROGRAM as host,
  simple,
} from "../../test/support/definitions.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { readPlan } from "../plan/read.ts";
import { removeFromStore } from "../plan/store.ts";
import { apply } from "./apply.ts";
import { rollback } from "./rollback.ts";
import { status } from "./status.ts";

bind(primitive);

let root: DefinitionRoot;
beforeEach(() => {
  root = definitionRoot();
});
afterEach(() => root.remove());

test("rollback returns to the previous plan, a second one undoes it, and generations never repeat", async () => {
  await apply(root, { host });
  root.define("a.json", simple(root.script("hook")));
  const second = await apply(root, { host });
  expect(await rollback(root)).toMatchObject({ generation: 1, definitions: [] });
  expect(await rollback(root)).toMatchObject({ generation: 2, plan: second.plan });
  await rollback(root);
  expect(await apply(root, { host })).toMatchObject({ changed: true, generation: 3 });
});

test("rollback refuses a plan whose store is not complete, and a host with one plan", async () => {
  root.define("a.json", simple(root.script("hook")));
  await apply(root, { host });
  await expect(rollback(root)).rejects.toThrow("there is no previous plan");
  const hook = readPlan(root)?.plan.definitions[0]?.hook;
  rmSync(`${root.config}/hooks.d/a.json`);
  await apply(root, { host });
  removeFromStore(`${root.store}/${hook}`);
  await expect(rollback(root)).rejects.toThrow("the store has no sound");
});

test("apply mends a damaged store and an unreadable plan", async () => {
  root.define("a.json", simple(root.script("hook")));
  await apply(root, { host });
  const hook = readPlan(root)?.plan.definitions[0]?.hook;
  removeFromStore(`${root.store}/${hook}`);
  expect((await status(root, { host })).missing).toEqual([hook ?? ""]);
  expect(await apply(root, { host })).toMatchObject({ changed: false });
  expect((await status(root, { host })).missing).toEqual([]);
  const plan = `${root.plans}/${readlinkSync(root.current)}`;
  chmodSync(plan, 0o644);
  writeFileSync(plan, "{}");
  expect((await status(root, { host })).fault).toContain("its content is not what its name says");
  expect(await apply(root, { host })).toMatchObject({ changed: true });
  expect((await status(root, { host })).fault).toBeUndefined();
});

test("old plans and programs are collected, but not those of live containers", async () => {
  root.define("a.json", simple(root.script("hook")));
  await apply(root, { host });
  const first = readPlan(root);
  const bundle = `${root.work}/bundle`;
  mkdirSync(bundle);
  writeFileSync(
    `${bundle}/config.json`,
    JSON.stringify({ hooks: { poststop: [{ args: [first?.digest] }] } }),
  );
  mkdirSync(root.containers, { recursive: true });
  writeFileSync(
    `${root.containers}/${"0".repeat(32)}.json`,
    `${JSON.stringify({ id: "c", bundle, plan: first?.digest })}\n{"stage":"x"}\n`,
  );
  const old = `${root.plans}/${first?.digest}.json`;
  const age = () => {
    for (const name of new Bun.Glob("*.json").scanSync(root.plans)) utimesSync(`${root.plans}/${name}`, 1, 1);
  };
  for (const body of ["exit 2", "exit 3", "exit 4"]) {
    age();
    root.script("hook", body);
    await apply(root, { host });
  }
  expect(existsSync(old)).toBe(true);
  expect(existsSync(`${root.store}/${first?.plan.definitions[0]?.hook}`)).toBe(true);
  expect((await status(root, { host })).containers).toEqual({ live: 1, older: 1 });
  rmSync(bundle, { recursive: true });
  age();
  expect((await apply(root, { host })).collected.plans).toBeGreaterThan(0);
  expect(existsSync(old)).toBe(false);
  expect(existsSync(`${root.store}/${first?.plan.definitions[0]?.hook}`)).toBe(false);
  await rollback(root);
});

test("a plan that just went out of force is kept for a wrapper that may be at work with it", async () => {
  root.define("a.json", simple(root.script("hook")));
  await apply(root, { host });
  const first = readPlan(root)?.digest;
  for (const body of ["exit 2", "exit 3"]) {
    root.script("hook", body);
    await apply(root, { host });
  }
  expect(existsSync(`${root.plans}/${first}.json`)).toBe(true);
});

test("records and spools of containers that are no more are swept away, those of others stay", async () => {
  await apply(root, { host });
  const plan = readPlan(root)?.digest;
  const container = (key: string, config: string | undefined) => {
    const bundle = `${root.work}/${key}`;
    mkdirSync(bundle);
    if (config !== undefined) writeFileSync(`${bundle}/config.json`, config);
    mkdirSync(`${root.spool}/${key}`, { recursive: true });
    writeFileSync(`${root.spool}/${key}/events`, "");
    mkdirSync(root.containers, { recursive: true });
    writeFileSync(`${root.containers}/${key}.json`, JSON.stringify({ id: "c", bundle, plan }));
  };
  const key = (digit: string) => digit.repeat(32);
  container(key("1"), JSON.stringify({ plan }));
  container(key("2"), undefined);
  container(key("3"), "{}");
  container(key("4"), "{}");
  for (const path of [`${root.containers}/${key("4")}.json`, `${root.spool}/${key("4")}`])
    utimesSync(path, 1, 1);
  mkdirSync(`${root.spool}/other`);
  expect((await apply(root, { host })).collected.containers).toBe(2);
  for (const [digit, there] of [
    ["1", true],
    ["2", false],
    ["3", true],
    ["4", false],
  ] as const) {
    expect(existsSync(`${root.containers}/${key(digit)}.json`), digit).toBe(there);
    expect(existsSync(`${root.spool}/${key(digit)}`), digit).toBe(there);
  }
  expect(existsSync(`${root.spool}/other`)).toBe(true);
});
