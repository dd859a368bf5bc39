/** hooks.d files of others as Podman finds them: each kind of file that never runs, and what runs twice. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
import { checkConflicts } from "./conflicts.ts";
import { checkHooksDirectories } from "./hooks-directories.ts";
import { subjectOf } from "./subject.ts";

bind(primitive);

const env = { PATH: process.env.PATH };
let root: DefinitionRoot;
let hooks: string;
let program: string;
beforeEach(() => {
  root = definitionRoot();
  hooks = `${root.root}/usr/share/containers/oci/hooks.d`;
  mkdirSync(hooks, { recursive: true });
  // An engine is examined when it is here: Podman is installed, or enabled below this root.
  program = root.script("theirs");
});
afterEach(() => root.remove());

const subject = () => subjectOf(root, { env, host, now: Date.now() });
const dropped = () => checkHooksDirectories(subject()).map(({ severity, code }) => `${severity} ${code}`);
const conflicts = () => checkConflicts(subject());
const put = (name: string, value: unknown) =>
  writeFileSync(`${hooks}/${name}`, typeof value === "string" ? value : JSON.stringify(value));
const fine = (more: object = {}) => ({ ...simple(program), guard: undefined, ...more });

test("a file in order is not spoken of, whatever else could be better about it", () => {
  put("a.json", {
    version: "1.0.0",
    hook: { path: program },
    when: { commands: ["sh"] },
    stages: ["poststop"],
  });
  expect(dropped()).toEqual([]);
});

test.each<[string, string, () => void]>([
  ["a name that does not end with .json", "warning hook_dropped", () => put("a.JSON", fine())],
  ["a YAML file", "warning hook_dropped", () => put("a.yaml", "version: 1.0.0")],
  ["a link that leads nowhere", "warning hook_dropped", () => symlinkSync("/nowhere", `${hooks}/a.json`)],
  [
    "a program that is missing",
    "warning hook_dropped",
    () => put("a.json", fine({ hook: { path: "/nowhere/x" } })),
  ],
  ["no condition", "warning hook_dropped", () => put("a.json", fine({ when: {} }))],
  [
    "hasBindMounts: false",
    "warning hook_dropped",
    () => put("a.json", fine({ when: { hasBindMounts: false } })),
  ],
  ["no stage listed", "warning hook_dropped", () => put("a.json", fine({ stages: [] }))],
  ["a field that nobody knows", "warning hook_field_ignored", () => put("a.json", fine({ timeout: 5 }))],
  ["an unknown version", "error hook_refused", () => put("a.json", fine({ version: "2.0.0" }))],
  ["no version", "error hook_refused", () => put("a.json", fine({ version: undefined }))],
  ["an unknown stage", "error hook_refused", () => put("a.json", fine({ stages: ["preStart"] }))],
  ["no stages", "error hook_refused", () => put("a.json", fine({ stages: undefined }))],
  [
    "a pattern that is none",
    "error hook_refused",
    () => put("a.json", fine({ when: { annotations: { "^a$": "(?=b)" } } })),
  ],
  ["no JSON", "error hook_refused", () => put("a.json", "{")],
])("%s", (_what, code, provoke) => {
  provoke();
  expect(dropped()).toEqual([code]);
});

test("the directory of the manual page, which Podman does not read unasked", () => {
  const promised = `${root.root}/etc/containers/oci/hooks.d`;
  mkdirSync(promised, { recursive: true });
  expect(dropped()).toEqual([]);
  writeFileSync(`${promised}/a.json`, JSON.stringify(fine()));
  expect(checkHooksDirectories(subject())[0]?.message).toStartWith(`${promised} has hooks, and Podman`);
  const line = 'hooks_dir = ["/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d"]\n';
  writeFileSync(`${root.root}/etc/containers/containers.conf`, `[engine]\n${line}`);
  expect(dropped()).toEqual([]);
});

test("a directory that CRI-O is to watch, and that is not there", async () => {
  mkdirSync(`${root.root}/etc/crio`, { recursive: true });
  const engineConfig = `${root.root}/etc/crio/crio.conf`;
  writeFileSync(engineConfig, '[crio.runtime]\nhooks_dir = ["/srv/hooks"]\n');
  await enableEngine(root, { engine: "crio", env, wrapper: host, engineConfig });
  expect(dropped()).toEqual(["error hooks_directory"]);
  mkdirSync(`${root.root}/srv/hooks`, { recursive: true });
  expect(dropped()).toEqual([]);
});

test("hooks that run twice: two definitions, and a file of an engine's beside one", async () => {
  const own = root.script("own");
  root.define("one.json", simple(own));
  root.define("two.json", simple(own, { stages: ["poststop"] }));
  await apply(root, { host });
  expect(conflicts()).toEqual([]);
  root.define("two.json", simple(own, { stages: ["createRuntime", "poststop"] }));
  await apply(root, { host });
  expect(conflicts().map(({ code, message }) => `${code}: ${message}`)).toEqual([
    `hook_twice: ${root.config}/hooks.d/one.json and ${root.config}/hooks.d/two.json run the same program with the same words, at createRuntime of the same containers`,
  ]);
  rmSync(`${root.config}/hooks.d/two.json`);
  await apply(root, { host });
  put("a.json", fine({ hook: { path: own } }));
  expect(conflicts().map(({ code }) => code)).toEqual(["hook_twice"]);
});

test("a file of an engine's that starts the guard, and a CDI file of another with our devices", async () => {
  root.define("one.json", simple(root.script("one")));
  await enableEngine(root, { engine: "podman", env, wrapper: host });
  await apply(root, { host });
  expect(conflicts()).toEqual([]);
  const guard = `${root.store}/${"a".repeat(64)}`;
  put("a.json", fine({ hook: { path: guard, args: ["hookwright-guard"] } }));
  const cdi = `${root.root}/etc/cdi/vendor.yaml`;
  writeFileSync(cdi, "cdiVersion: 0.3.0\nkind: vendor.com/hook\ndevices: []\n");
  expect(conflicts().map(({ code }) => code)).toEqual(["second_guard"]);
  writeFileSync(cdi, "cdiVersion: 0.3.0\nkind: hookwright.dev/hook\ndevices: []\n");
  expect(conflicts().map(({ code }) => code)).toEqual(["second_guard", "cdi_conflict"]);
});
