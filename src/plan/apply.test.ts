/** From definitions on the disk to a plan in force: what is written, what is refused, what a crash or a thief leaves. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { canonicalJson } from "../codec/json/canonical.ts";
import { apply } from "../commands/apply.ts";
import { diff } from "../commands/diff.ts";
import { rollback } from "../commands/rollback.ts";
import { status } from "../commands/status.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import type { Entry } from "../spec/plan.ts";
import { DefinitionFailure } from "./draft.ts";
import { withPlanLock } from "./lock.ts";
import { readPlan } from "./read.ts";
import { digestOf, removeFromStore } from "./store.ts";

bind(primitive);

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const host = "/usr/bin/busybox";

function script(name: string, body = "exit 0"): string {
  mkdirSync(`${root.work}/hooks`, { recursive: true });
  const path = `${root.work}/hooks/${name}`;
  writeFileSync(path, `#!/usr/bin/busybox sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function define(file: string, value: object | string, dir = `${root.config}/hooks.d`): string {
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/${file}`, typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return `${dir}/${file}`;
}

function simple(path: string, more: object = {}): object {
  return {
    version: "1.0.0",
    hook: { path, args: ["hook"], env: ["A=1"], timeout: 5 },
    when: { always: true },
    stages: ["createRuntime"],
    guard: { interpreter: "pin" },
    ...more,
  };
}

async function refused(): Promise<string[]> {
  const error = await apply(root, { host }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DefinitionFailure)) throw error ?? new Error("nothing was refused");
  return error.problems.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
}

test("a host without definitions gets an empty plan", async () => {
  expect(await apply(root, { host })).toMatchObject({ changed: true, generation: 1, definitions: 0 });
  expect(readPlan(root)?.plan.definitions).toEqual([]);
});

test("definitions become a canonical plan, entries and programs, all read-only and named by digest", async () => {
  const path = script("hook");
  define("20-b.json", simple(path));
  define(
    "10-a.yaml",
    `version: 1.0.0\nname: env\nwhen: { commands: ["^/bin/sh$"] }\nedits: { env: [X=1] }\n`,
  );
  const { plan, problems } = await apply(root, { host });
  const text = readFileSync(root.current, "utf8");
  expect(plan).toBe(`sha256:${digestOf(text)}`);
  expect(text).toBe(canonicalJson(JSON.parse(text)));
  const read = readPlan(root);
  expect(read?.plan.definitions.map(({ name }) => name)).toEqual(["env", "20-b"]);
  const [edits, hook] = read?.plan.definitions ?? [];
  expect(edits).toMatchObject({
    edits: { env: ["X=1"] },
    when: { commands: [{ matcher: { kind: "equals" } }] },
  });
  expect(edits?.entry).toBeUndefined();
  const entry = JSON.parse(readFileSync(`${root.store}/${hook?.entry}`, "utf8")) as Entry;
  expect(entry).toMatchObject({
    name: "20-b",
    path,
    hook: digestOf(readFileSync(path)),
    timeout: 5,
    budget: 60,
    detach: 0,
  });
  expect(entry.interpreter).toEqual({
    path: "/usr/bin/busybox",
    args: ["sh"],
    digest: digestOf(readFileSync(host)),
  });
  expect(lstatSync(`${root.store}/${hook?.hook}`).mode & 0o7777).toBe(0o555);
  expect(lstatSync(`${root.store}/${hook?.entry}`).mode & 0o7777).toBe(0o444);
  expect(problems).toEqual([]);
});

test("an unchanged host keeps plan and generation; a change counts up", async () => {
  const path = script("hook");
  define("a.json", simple(path));
  const first = await apply(root, { host });
  expect(await apply(root, { host })).toMatchObject({ changed: false, plan: first.plan, generation: 1 });
  script("hook", "exit 1");
  const second = await apply(root, { host });
  expect(second).toMatchObject({ changed: true, generation: 2 });
  expect(second.changes.changed[0]?.fields.map(({ field }) => field)).toEqual(["hook.digest"]);
});

test("every problem of every file is told at once, and the plan in force stays", async () => {
  define("good.json", simple(script("hook")));
  const before = await apply(root, { host });
  define("gone.json", simple(`${root.work}/hooks/none`));
  define("broken.json", '{"version": "1.0.0", "hook": ');
  define("typo.json", { ...simple(script("hook")), stage: ["prestart"], stages: ["preStart"] });
  mkdirSync(`${root.config}/hooks.d/dir.json`);
  symlinkSync("nowhere", `${root.config}/hooks.d/dangling.json`);
  const rules = await refused();
  for (const rule of ["missing-program", "syntax", "unknown-field", "unknown-stage", "missing-file"])
    expect(rules).toContain(rule);
  expect(readPlan(root)?.digest).toBe(before.plan?.slice(7) ?? "");
});

test("untrusted programs, untrusted definitions and unpinned scripts are refused", async () => {
  const path = script("hook");
  chmodSync(path, 0o775);
  define("a.json", simple(path));
  expect(await refused()).toEqual(["unsafe-mode"]);
  chmodSync(path, 0o644);
  expect(await refused()).toEqual(["not-executable"]);
  chmodSync(path, 0o755);
  chmodSync(define("a.json", simple(path, { guard: {} })), 0o666);
  expect(await refused()).toEqual(["unsafe-definition", "interpreter"]);
  symlinkSync(path, `${root.work}/link`);
  chmodSync(define("a.json", simple(`${root.work}/link`)), 0o644);
  expect(await refused()).toEqual(["unsafe-path"]);
  define("a.json", simple(path, { guard: { interpreter: "trust", digest: `sha256:${"0".repeat(64)}` } }));
  expect(await refused()).toEqual(["digest-mismatch"]);
  define("a.json", simple(path, { when: { always: true, images: ["sha256:x"] } }));
  expect(await refused()).toEqual(["image-binding"]);
});

test("a trusted interpreter is named, not copied", async () => {
  define("a.json", simple(script("hook"), { guard: { interpreter: "trust" } }));
  await apply(root, { host });
  const planned = readPlan(root)?.plan.definitions[0];
  expect(planned?.interpreter).toBeUndefined();
  const entry = JSON.parse(readFileSync(`${root.store}/${planned?.entry}`, "utf8")) as Entry;
  expect(entry.interpreter).toEqual({ path: "/usr/bin/busybox", args: ["sh"] });
});

test("a later directory masks by file name, also to switch a definition off", async () => {
  const packaged = root.definitionDirs[0] ?? "";
  define("a.json", simple(script("hook")), packaged);
  define("a.json", { ...simple(script("hook")), when: {} });
  define("README", "text");
  const { masked, notes, problems } = await apply(root, { host });
  expect(masked).toEqual([{ file: `${packaged}/a.json`, by: `${root.config}/hooks.d/a.json` }]);
  expect(notes).toHaveLength(1);
  expect(problems.map(({ rule }) => rule)).toEqual(["never-matches"]);
});

test("edits are completed: seccomp files, device numbers, bind mounts", async () => {
  writeFileSync(`${root.work}/profile.json`, '{"defaultAction":"SCMP_ACT_ALLOW"}');
  define(
    "a.yaml",
    `version: 1.0.0
when: { always: true }
edits:
  seccomp: { file: ${root.work}/profile.json }
  deviceNodes: [{ path: /dev/zero0, hostPath: /dev/zero }]
  mounts: [{ hostPath: /opt, containerPath: /opt, options: [ro] }]
`,
  );
  await apply(root, { host });
  expect(readPlan(root)?.plan.definitions[0]?.edits).toEqual({
    seccomp: { profile: { defaultAction: "SCMP_ACT_ALLOW" } },
    deviceNodes: [{ path: "/dev/zero0", type: "c", major: 1, minor: 5 }],
    mounts: [{ hostPath: "/opt", containerPath: "/opt", options: ["rbind", "ro"] }],
  });
  define(
    "a.yaml",
    "version: 1.0.0\nwhen: {always: true}\nedits: {seccomp: {file: /none}, deviceNodes: [{path: /none}]}\n",
  );
  expect(await refused()).toEqual(["missing-file", "missing-device"]);
});

test("the host configuration is strict and reaches plan and entries", async () => {
  define("a.json", simple(script("hook")));
  writeFileSync(
    `${root.config}/hookwright.yaml`,
    "runtime: crun\nevents: { journald: true, keep: 1 }\nlimits: { containerSeconds: 20 }\n",
  );
  await apply(root, { host });
  const plan = readPlan(root)?.plan;
  expect(plan?.runtime).toBe("crun");
  const entry = JSON.parse(readFileSync(`${root.store}/${plan?.definitions[0]?.entry}`, "utf8")) as Entry;
  expect(entry).toMatchObject({
    budget: 20,
    events: { journald: true, keep: 1, maxBytes: 64 * 1024 * 1024 },
  });
  writeFileSync(`${root.config}/hookwright.yaml`, "runtine: crun\n");
  await expect(apply(root, { host })).rejects.toThrow(/1:1: unknown-field: .*\n {4}did you mean runtime/);
});

test("diff says what apply would do, and writes nothing", async () => {
  define("a.json", simple(script("hook")));
  const pending = await diff(root, { host });
  expect(pending).toMatchObject({ same: false, added: ["a"], removed: [], changed: [] });
  expect(pending.unified).toContain('+  hook.args: ["hook"]');
  expect(existsSync(root.plans)).toBe(false);
  await apply(root, { host });
  expect((await diff(root, { host })).same).toBe(true);
  define("a.json", simple(script("hook"), { guard: { interpreter: "pin", onFailure: "continue" } }));
  expect((await diff(root, { host })).changed).toEqual([
    { name: "a", fields: [{ field: "onFailure", before: "stop", after: "continue" }] },
  ]);
  expect((await apply(root, { check: true, host })).changed).toBe(false);
  expect((await diff(root, { host })).same).toBe(false);
});

test("rollback returns to the previous plan, a second one undoes it, and generations never repeat", async () => {
  await apply(root, { host });
  define("a.json", simple(script("hook")));
  const second = await apply(root, { host });
  expect(await rollback(root)).toMatchObject({ generation: 1, definitions: [] });
  expect(await rollback(root)).toMatchObject({ generation: 2, plan: second.plan });
  await rollback(root);
  expect(await apply(root, { host })).toMatchObject({ changed: true, generation: 3 });
});

test("rollback refuses a plan whose store is not complete, and a host with one plan", async () => {
  define("a.json", simple(script("hook")));
  await apply(root, { host });
  await expect(rollback(root)).rejects.toThrow("there is no previous plan");
  const hook = readPlan(root)?.plan.definitions[0]?.hook;
  rmSync(`${root.config}/hooks.d/a.json`);
  await apply(root, { host });
  removeFromStore(`${root.store}/${hook}`);
  await expect(rollback(root)).rejects.toThrow("the store has no sound");
});

test("apply mends a damaged store and an unreadable plan", async () => {
  define("a.json", simple(script("hook")));
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
  define("a.json", simple(script("hook")));
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
    `${root.containers}/k.json`,
    `${JSON.stringify({ id: "c", bundle, plan: first?.digest })}\n{"stage":"x"}\n`,
  );
  const old = `${root.plans}/${first?.digest}.json`;
  const age = () => {
    for (const name of new Bun.Glob("*.json").scanSync(root.plans)) utimesSync(`${root.plans}/${name}`, 1, 1);
  };
  for (const body of ["exit 2", "exit 3", "exit 4"]) {
    age();
    script("hook", body);
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
  define("a.json", simple(script("hook")));
  await apply(root, { host });
  const first = readPlan(root)?.digest;
  for (const body of ["exit 2", "exit 3"]) {
    script("hook", body);
    await apply(root, { host });
  }
  expect(existsSync(`${root.plans}/${first}.json`)).toBe(true);
});

test("a second apply waits for the first; one that must not wait is told", () => {
  withPlanLock(root, () => {
    expect(() => withPlanLock(root, () => {}, false)).toThrow("somebody else is at it");
  });
});

test("the guard must be a static program that only root can change", async () => {
  await expect(apply(root, { host: "/none" })).rejects.toThrow("does not exist");
  await expect(apply(root, { host: script("hook") })).rejects.toThrow("not a statically linked");
});
