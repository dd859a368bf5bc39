/** The `bundle` commands on real bundles: what they write, what they leave alone, and that they can be repeated. */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { baseConfig } from "../../test/support/bundle.ts";
import { writePlan } from "../../test/support/plan.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { applyBundle } from "../commands/bundle-apply.ts";
import { addBundleHook } from "../commands/bundle-hooks-add.ts";
import { listBundleHooks } from "../commands/bundle-hooks-list.ts";
import { removeBundleHooks } from "../commands/bundle-hooks-remove.ts";
import { showBundle } from "../commands/bundle-show.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import type { Plan } from "../spec/plan.ts";

bind(primitive);

let roots: TempRoot;
let bundle: string;
let serial = 0;
beforeAll(() => {
  roots = tempRoot();
});
afterAll(() => roots.remove());
beforeEach(() => {
  bundle = `${roots.work}/bundle${serial++}`;
  mkdirSync(bundle);
});

const read = () => readFileSync(`${bundle}/config.json`, "utf8");
const write = (text: string) => writeFileSync(`${bundle}/config.json`, text);
const HOOK = { path: "/usr/bin/true", args: ["-x"], timeout: 5 };
const ENTRY =
  '{"path":"/usr/bin/true","args":["/usr/bin/true","-x"],"env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],"timeout":5}';

/** A hand-made configuration of the kind that careless editors destroy. */
const ODD = `{
    "ociVersion" : "1.0.2",
    "process": { "args": ["sh"], "env": ["A=\\u003c\\/"], "rlimits": [
        {"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1024} ] },
    "root": {"path": "rootfs"},
    "x-future": {"z": 1.50, "10": 1, "9": 2, "__proto__": {"a": 1e3}}
}
`;

test("add, list, show and remove on a configuration of one line", async () => {
  write(`${JSON.stringify(baseConfig(["true"]))}\n`);
  const before = read();
  const added = await addBundleHook({ bundle, stages: ["createRuntime", "poststop"], ...HOOK });
  expect(added).toMatchObject({ changed: true, added: ["createRuntime", "poststop"], doubts: [] });
  expect(read()).toBe(`${before.slice(0, -2)},"hooks":{"createRuntime":[${ENTRY}],"poststop":[${ENTRY}]}}\n`);
  expect(added.diff).toContain('+        "path": "/usr/bin/true",\n');

  const listed = await listBundleHooks(roots, { bundle });
  expect(listed.hooks.map(({ stage, index, path }) => [stage, index, path])).toEqual([
    ["createRuntime", 0, "/usr/bin/true"],
    ["poststop", 0, "/usr/bin/true"],
  ]);
  expect(listed.problems).toEqual([]);
  const shown = await showBundle(roots, { bundle });
  expect(shown).toMatchObject({
    mounts: 2,
    seccomp: false,
    plans: [],
    process: { args: ["true"], env: 2, uid: 0 },
  });
  expect(shown.namespaces).toContain("pid");

  const again = await addBundleHook({ bundle, stages: ["poststop"], ...HOOK });
  expect(again).toMatchObject({ changed: false, added: [], diff: "" });
  const removed = await removeBundleHooks(roots, { bundle, path: HOOK.path });
  expect(removed.removed).toHaveLength(2);
  expect(read()).toBe(before);
  expect(await removeBundleHooks(roots, { bundle, path: HOOK.path })).toMatchObject({
    changed: false,
    removed: [],
  });
});

test("what is not ours survives byte for byte", async () => {
  write(ODD);
  await addBundleHook({ bundle, stages: ["poststop"], ...HOOK });
  const edited = read();
  expect(edited.startsWith(ODD.slice(0, -3))).toBe(true);
  expect(JSON.parse(edited).hooks.poststop).toEqual([JSON.parse(ENTRY)]);
  await removeBundleHooks(roots, { bundle, stages: ["poststop"], index: 0 });
  expect(read()).toBe(ODD);
});

test("order: prepended before, appended after", async () => {
  write('{"hooks":{"poststop":[{"path":"/b"}]}}');
  await addBundleHook({ bundle, stages: ["poststop"], path: "/a", prepend: true });
  await addBundleHook({ bundle, stages: ["poststop"], path: "/c" });
  const { hooks } = await listBundleHooks(roots, { bundle });
  expect(hooks.map(({ path }) => path)).toEqual(["/a", "/b", "/c"]);
  await removeBundleHooks(roots, { bundle, stages: ["poststop"], index: 1 });
  expect((await listBundleHooks(roots, { bundle })).hooks.map(({ path }) => path)).toEqual(["/a", "/c"]);
});

test("a dry run shows and writes nothing", async () => {
  write(ODD);
  const { mtimeMs, ino } = statSync(`${bundle}/config.json`);
  const { diff, changed } = await addBundleHook({ bundle, stages: ["poststop"], ...HOOK, dryRun: true });
  expect(changed).toBe(true);
  expect(diff).toStartWith(`--- ${bundle}/config.json\n+++ ${bundle}/config.json\n@@ `);
  expect(statSync(`${bundle}/config.json`)).toMatchObject({ mtimeMs, ino });
  expect(read()).toBe(ODD);
});

test("mode and owner are kept, nothing is left beside, a link stays a link", async () => {
  mkdirSync(`${bundle}/elsewhere`);
  writeFileSync(`${bundle}/elsewhere/real.json`, "{}");
  chmodSync(`${bundle}/elsewhere/real.json`, 0o640);
  chownSync(`${bundle}/elsewhere/real.json`, 12, 34);
  symlinkSync("elsewhere/real.json", `${bundle}/config.json`);
  await addBundleHook({ bundle, stages: ["poststop"], ...HOOK });
  expect(lstatSync(`${bundle}/config.json`).isSymbolicLink()).toBe(true);
  expect(readlinkSync(`${bundle}/config.json`)).toBe("elsewhere/real.json");
  const { mode, uid, gid } = statSync(`${bundle}/elsewhere/real.json`);
  expect([mode & 0o7777, uid, gid]).toEqual([0o640, 12, 34]);
  expect(readdirSync(`${bundle}/elsewhere`)).toEqual(["real.json"]);
  expect(read()).toBe(`{"hooks":{"poststop":[${ENTRY}]}}`);
});

const BAD: [name: string, text: string, code: string][] = [
  ["empty", "", "json_empty"],
  ["cut off", '{"a":', "json_truncated"],
  ["a byte order mark", "\ufeff{}", "json_bom"],
  ["trailing garbage", "{}x", "json_trailing"],
  ["a duplicate key", '{"hooks":{},"hooks":{}}', "json_duplicate_key"],
  ["a folded key", '{"Hooks":{}}', "json_folded_key"],
  ["hooks of the wrong type", '{"hooks":{"poststop":{}}}', "config_shape"],
  ["no object", "[]", "config_shape"],
];

for (const [name, text, code] of BAD) {
  test(`refused and left as it was: ${name}`, async () => {
    write(text);
    await expect(addBundleHook({ bundle, stages: ["poststop"], ...HOOK })).rejects.toMatchObject({ code });
    await expect(removeBundleHooks(roots, { bundle, path: "/x" })).rejects.toMatchObject({ code });
    expect(read()).toBe(text);
    expect(readdirSync(bundle)).toEqual(["config.json"]);
  });
}

test("invalid UTF-8 is refused, not replaced", async () => {
  writeFileSync(`${bundle}/config.json`, Buffer.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]));
  await expect(showBundle(roots, { bundle })).rejects.toMatchObject({ code: "config_not_utf8" });
});

test("a hook that a runtime would choke on is not written", async () => {
  write("{}");
  const bad = [{ path: "true" }, { timeout: 0 }, { timeout: 1.5 }, { env: ["NOVALUE"] }, { args: ["a\0b"] }];
  for (const words of bad) {
    const options = { bundle, stages: ["poststop"], ...HOOK, ...words };
    await expect(addBundleHook(options)).rejects.toMatchObject({ code: "hook_invalid", exitCode: 2 });
  }
  for (const stages of [[], ["Poststop"], ["precreate"]]) {
    await expect(addBundleHook({ bundle, ...HOOK, stages })).rejects.toMatchObject({ code: "hook_invalid" });
  }
  expect(read()).toBe("{}");
  const { doubts } = await addBundleHook({ bundle, stages: ["prestart"], path: "/no/such" });
  expect(doubts).toHaveLength(3);
});

test("removing needs a choice, and an index that exists", async () => {
  write('{"hooks":{"poststop":[{"path":"/b"}]}}');
  await expect(removeBundleHooks(roots, { bundle })).rejects.toMatchObject({ code: "usage", exitCode: 2 });
  await expect(removeBundleHooks(roots, { bundle, index: 0 })).rejects.toMatchObject({ code: "usage" });
  await expect(removeBundleHooks(roots, { bundle, stages: ["poststop"], index: 1 })).rejects.toMatchObject({
    code: "hook_not_found",
  });
});

test("a bundle that is not there", async () => {
  await expect(showBundle(roots, { bundle: "/nonexistent" })).rejects.toMatchObject({
    code: "bundle_missing",
  });
  await expect(showBundle(roots, { bundle })).rejects.toMatchObject({ code: "config_unreadable" });
});

test("what runtimes will trip over is said", async () => {
  write('{"hooks":{"poststop":[{"path":"b","timeout":0}],"create_runtime":[]},"process":{"Env":[]}}');
  const { problems } = await listBundleHooks(roots, { bundle });
  for (const part of [
    '"Env"',
    '"create_runtime" is no stage',
    "no absolute path",
    "no environment",
    "timeout 0",
  ]) {
    expect(problems.join("\n")).toContain(part);
  }
});

const hex = (digit: string) => digit.repeat(64);

function plan(): Plan {
  const definition = (name: string, stages: Plan["definitions"][0]["stages"], entry: string) => {
    mkdirSync(roots.store, { recursive: true });
    writeFileSync(`${roots.store}/${entry}`, JSON.stringify({ version: 1, name }));
    const common = { position: "append" as const, onFailure: "stop" as const, timeout: 10 };
    return {
      name,
      file: `/x/${name}.json`,
      when: { always: true },
      stages,
      entry,
      hook: hex("c"),
      ...common,
    };
  };
  return {
    version: 1,
    generation: 1,
    created: "2026-01-01T00:00:00Z",
    guard: hex("a"),
    definitions: [
      definition("net", ["createRuntime"], hex("1")),
      definition("inside", ["startContainer"], hex("2")),
    ],
  };
}

test("apply: injects the plan, names what is ours, repeats, and can be undone", async () => {
  const digest = writePlan(roots.root, plan());
  write(JSON.stringify(baseConfig(["true"])));
  const before = read();
  const dry = await applyBundle(roots, { bundle, dryRun: true });
  expect(dry).toMatchObject({
    changed: true,
    matched: ["net", "inside"],
    plan: `sha256:${digest}`,
    sandbox: false,
  });
  expect(read()).toBe(before);

  const done = await applyBundle(roots, { bundle });
  expect(done.added).toMatchObject({ createRuntime: ["net"], startContainer: ["inside"] });
  const shown = await showBundle(roots, { bundle });
  expect(shown.plans).toEqual([{ digest: `sha256:${digest}`, current: true }]);
  expect(shown.hooks.map(({ stage, ours }) => [stage, ours?.kind, ours?.definition])).toEqual([
    ["createRuntime", "run", "net"],
    ["startContainer", "run", "inside"],
    ["poststop", "collect", undefined],
  ]);
  expect(shown.problems).toEqual([]);
  const text = read();
  expect(await applyBundle(roots, { bundle })).toMatchObject({ changed: false, added: {} });
  expect(read()).toBe(text);

  const one = await removeBundleHooks(roots, { bundle, name: "inside" });
  expect(one.removed.map(({ stage }) => stage)).toEqual(["startContainer", "poststop"]);
  expect(JSON.parse(read()).mounts).toEqual(baseConfig([]).mounts);
  await removeBundleHooks(roots, { bundle, ours: true });
  expect(read()).toBe(before);
});

test("apply: without a plan there is nothing to apply", async () => {
  const empty = { ...roots, plans: `${roots.work}/none`, current: `${roots.work}/none/current` };
  write("{}");
  await expect(applyBundle(empty, { bundle })).rejects.toMatchObject({ code: "no_plan" });
});
