/** `apply` and `diff`: what is written, what is refused, and that all of what is wrong is told. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {
  type DefinitionRoot,
  definitionRoot,
  STATIC_PROGRAM as host,
  simple,
} from "../../test/support/definitions.ts";
import { canonicalJson } from "../codec/json/canonical.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { DefinitionFailure } from "../plan/draft.ts";
import { withPlanLock } from "../plan/lock.ts";
import { readPlan } from "../plan/read.ts";
import { digestOf } from "../plan/store.ts";
import type { Entry } from "../spec/plan.ts";
import { apply } from "./apply.ts";
import { diff } from "./diff.ts";

bind(primitive);

let root: DefinitionRoot;
beforeEach(() => {
  root = definitionRoot();
});
afterEach(() => root.remove());

/** The rules for which `apply` refuses. */
async function refused(root: DefinitionRoot): Promise<string[]> {
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
  const path = root.script("hook");
  root.define("20-b.json", simple(path));
  root.define(
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
  const path = root.script("hook");
  root.define("a.json", simple(path));
  const first = await apply(root, { host });
  expect(await apply(root, { host })).toMatchObject({ changed: false, plan: first.plan, generation: 1 });
  root.script("hook", "exit 1");
  const second = await apply(root, { host });
  expect(second).toMatchObject({ changed: true, generation: 2 });
  expect(second.changes.changed[0]?.fields.map(({ field }) => field)).toEqual(["hook.digest"]);
});

test("every problem of every file is told at once, and the plan in force stays", async () => {
  root.define("good.json", simple(root.script("hook")));
  const before = await apply(root, { host });
  root.define("gone.json", simple(`${root.work}/hooks/none`));
  root.define("broken.json", '{"version": "1.0.0", "hook": ');
  root.define("typo.json", { ...simple(root.script("hook")), stage: ["prestart"], stages: ["preStart"] });
  mkdirSync(`${root.config}/hooks.d/dir.json`);
  symlinkSync("nowhere", `${root.config}/hooks.d/dangling.json`);
  const rules = await refused(root);
  for (const rule of ["missing-program", "syntax", "unknown-field", "unknown-stage", "missing-file"])
    expect(rules).toContain(rule);
  expect(readPlan(root)?.digest).toBe(before.plan?.slice(7) ?? "");
});

test("untrusted programs, untrusted definitions and unpinned scripts are refused", async () => {
  const path = root.script("hook");
  chmodSync(path, 0o775);
  root.define("a.json", simple(path));
  expect(await refused(root)).toEqual(["unsafe-mode"]);
  chmodSync(path, 0o644);
  expect(await refused(root)).toEqual(["not-executable"]);
  chmodSync(path, 0o755);
  chmodSync(root.define("a.json", simple(path, { guard: {} })), 0o666);
  expect(await refused(root)).toEqual(["unsafe-definition", "interpreter"]);
  symlinkSync(path, `${root.work}/link`);
  chmodSync(root.define("a.json", simple(`${root.work}/link`)), 0o644);
  expect(await refused(root)).toEqual(["unsafe-path"]);
  root.define(
    "a.json",
    simple(path, { guard: { interpreter: "trust", digest: `sha256:${"0".repeat(64)}` } }),
  );
  expect(await refused(root)).toEqual(["digest-mismatch"]);
  root.define("a.json", simple(path, { when: { always: true, images: ["sha256:x"] } }));
  expect(await refused(root)).toEqual(["bad-value"]);
  const nowhere = `a//b@sha256:${"0".repeat(64)}`;
  root.define("a.json", simple(path, { when: { always: true, images: [nowhere] } }));
  expect(await refused(root)).toEqual(["image-name"]);
});

test("a trusted interpreter is named, not copied", async () => {
  root.define("a.json", simple(root.script("hook"), { guard: { interpreter: "trust" } }));
  await apply(root, { host });
  const planned = readPlan(root)?.plan.definitions[0];
  expect(planned?.interpreter).toBeUndefined();
  const entry = JSON.parse(readFileSync(`${root.store}/${planned?.entry}`, "utf8")) as Entry;
  expect(entry.interpreter).toEqual({ path: "/usr/bin/busybox", args: ["sh"] });
});

test("a later directory masks by file name, also to switch a definition off", async () => {
  const packaged = root.definitionDirs[0] ?? "";
  root.define("a.json", simple(root.script("hook")), packaged);
  root.define("a.json", { ...simple(root.script("hook")), when: {} });
  root.define("README", "text");
  const { masked, notes, problems } = await apply(root, { host });
  expect(masked).toEqual([{ file: `${packaged}/a.json`, by: `${root.config}/hooks.d/a.json` }]);
  expect(notes).toHaveLength(1);
  expect(problems.map(({ rule }) => rule)).toEqual(["never-matches"]);
});

test("edits are completed: seccomp files, device numbers, bind mounts", async () => {
  writeFileSync(`${root.work}/profile.json`, '{"defaultAction":"SCMP_ACT_ALLOW"}');
  root.define(
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
  root.define(
    "a.yaml",
    "version: 1.0.0\nwhen: {always: true}\nedits: {seccomp: {file: /none}, deviceNodes: [{path: /none}]}\n",
  );
  expect(await refused(root)).toEqual(["missing-file", "missing-device"]);
});

test("the host configuration is strict and reaches plan and entries", async () => {
  root.define("a.json", simple(root.script("hook")));
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
  root.define("a.json", simple(root.script("hook")));
  const pending = await diff(root, { host });
  expect(pending).toMatchObject({ same: false, added: ["a"], removed: [], changed: [] });
  expect(pending.unified).toContain('+  hook.args: ["hook"]');
  expect(existsSync(root.plans)).toBe(false);
  await apply(root, { host });
  expect((await diff(root, { host })).same).toBe(true);
  root.define(
    "a.json",
    simple(root.script("hook"), { guard: { interpreter: "pin", onFailure: "continue" } }),
  );
  expect((await diff(root, { host })).changed).toEqual([
    { name: "a", fields: [{ field: "onFailure", before: "stop", after: "continue" }] },
  ]);
  expect((await apply(root, { check: true, host })).changed).toBe(false);
  expect((await diff(root, { host })).same).toBe(false);
});

test("a second apply waits for the first; one that must not wait is told", () => {
  withPlanLock(root, () => {
    expect(() => withPlanLock(root, () => {}, false)).toThrow("somebody else is at it");
  });
});

test("the guard must be a static program that only root can change", async () => {
  await expect(apply(root, { host: "/none" })).rejects.toThrow("does not exist");
  await expect(apply(root, { host: root.script("hook") })).rejects.toThrow("not a statically linked");
});

test("an edit that sets what a condition looks at is refused: a second injection would find other definitions", async () => {
  root.define(
    "10-editor.yaml",
    `version: 1.0.0\nname: editor\nwhen: { always: true }\nedits: { annotations: { com.example.net: bridge } }\n`,
  );
  root.define(
    "20-reader.yaml",
    `version: 1.0.0\nname: reader\nwhen: { annotations: { "^com.example[.]net$": "^bridge$" } }\nedits: { env: [X=1] }\n`,
  );
  expect(await refused(root)).toEqual(["edit-feeds-condition"]);
});
