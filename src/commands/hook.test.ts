/** The verbs of `hook`: list, show, check, add, remove, explain. They return data, so that is what is looked at. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { apply } from "./apply.ts";
import { type AddOptions, hookAdd } from "./hook-add.ts";
import { checkSarif, hookCheck } from "./hook-check.ts";
import { hookExplain } from "./hook-explain.ts";
import { hookList } from "./hook-list.ts";
import { hookRemove } from "./hook-remove.ts";
import { hookShow } from "./hook-show.ts";

bind(primitive);

const host = "/usr/bin/busybox";
let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

function program(name = "notify.sh"): string {
  const path = `${root.work}/${name}`;
  writeFileSync(path, "#!/usr/bin/busybox sh\n");
  chmodSync(path, 0o755);
  return path;
}

function add(options: Partial<AddOptions> = {}) {
  return hookAdd(root, { source: program(), ...options });
}

test("add wraps a program: pinned, with env and timeout, matching an annotation exactly", async () => {
  const { file, text, replaced, next } = await add({
    whenAnnotations: ["com.example/net=a+b"],
    stages: ["poststop"],
  });
  expect(file).toBe(`${root.config}/hooks.d/notify.json`);
  expect(readFileSync(file, "utf8")).toBe(text);
  expect([replaced, next]).toEqual([false, "run hookwright apply"]);
  expect(JSON.parse(text)).toMatchObject({
    hook: { path: `${root.work}/notify.sh`, args: ["notify.sh"], timeout: 10 },
    when: { annotations: { "^com\\.example/net$": "^a\\+b$" } },
    stages: ["poststop"],
    guard: { interpreter: "pin" },
  });
  expect((await apply(root, { host })).problems).toEqual([]);
});

test("add installs a definition file, and does not replace another unasked", async () => {
  const source = `${root.work}/x.yaml`;
  writeFileSync(source, "version: 1.0.0\nwhen: { always: true }\nedits: { env: [A=1] }\n");
  expect((await hookAdd(root, { source })).file).toBe(`${root.config}/hooks.d/x.yaml`);
  expect((await hookAdd(root, { source })).replaced).toBe(true);
  writeFileSync(source, "version: 1.0.0\nwhen: { always: true }\nedits: { env: [A=2] }\n");
  await expect(hookAdd(root, { source })).rejects.toThrow("is there already");
  await hookAdd(root, { source, force: true });
  expect(readFileSync(`${root.config}/hooks.d/x.yaml`, "utf8")).toContain("A=2");
  expect((await hookAdd(root, { source, name: "y", dryRun: true })).file).toBe(
    `${root.config}/hooks.d/y.yaml`,
  );
  expect(existsSync(`${root.config}/hooks.d/y.yaml`)).toBe(false);
});

test("add refuses what apply would refuse, and names that are no names", async () => {
  const source = `${root.work}/bad.json`;
  writeFileSync(source, '{"version":"1.0.0","hook":{"path":"/none"},"when":{},"stages":["poststop"]}');
  await expect(hookAdd(root, { source })).rejects.toThrow("missing-program");
  expect(existsSync(`${root.config}/hooks.d`)).toBe(false);
  await expect(add({ name: "../x" })).rejects.toThrow("cannot be a name");
  await expect(add({ whenAnnotations: ["novalue"] })).rejects.toThrow("not KEY=VALUE");
  await expect(add({ stages: ["preStart"] })).rejects.toThrow("did you mean prestart?");
  await expect(hookAdd(root, { source: `${root.work}/none` })).rejects.toThrow("no such file");
  writeFileSync(`${root.work}/text`, "hello");
  await expect(hookAdd(root, { source: `${root.work}/text` })).rejects.toThrow(
    "neither a definition nor a program",
  );
});

test("list tells what is in force, what waits and what is gone", async () => {
  await add({ name: "kept" });
  await add({ name: "dropped" });
  await apply(root, { host });
  await add({ name: "new" });
  await hookRemove(root, { name: "dropped" });
  const { hooks } = await hookList(root);
  expect(hooks.map(({ name, inForce }) => [name, inForce])).toEqual([
    ["kept", "yes"],
    ["new", "no"],
    ["dropped", "gone"],
  ]);
});

test("remove takes only what is the host's own, and says what it uncovers", async () => {
  const packaged = root.definitionDirs[0] ?? "";
  mkdirSync(packaged, { recursive: true });
  const { file, text } = await add({ name: "a" });
  writeFileSync(`${packaged}/a.json`, text);
  expect(await hookRemove(root, { name: "a", dryRun: true })).toMatchObject({
    file,
    uncovers: `${packaged}/a.json`,
  });
  expect(existsSync(file)).toBe(true);
  await hookRemove(root, { name: "a.json" });
  expect(existsSync(file)).toBe(false);
  await expect(hookRemove(root, { name: "a" })).rejects.toThrow("belongs to a package");
  await expect(hookRemove(root, { name: "b" })).rejects.toThrow("no such definition");
});

test("show gives the file, the definition, and what is in force", async () => {
  await add({ name: "a" });
  expect((await hookShow(root, { name: "a" })).planned).toBeUndefined();
  await apply(root, { host });
  const shown = await hookShow(root, { name: "a.json" });
  expect(shown.entry).toMatchObject({ name: "a", timeout: 10 });
  expect(shown.definition?.stages).toEqual(["createRuntime"]);
  expect(shown.problems).toEqual([]);
  await expect(hookShow(root, { name: "b" })).rejects.toThrow("no such definition");
});

test("check looks at programs too, unless it is told not to", async () => {
  const file = `${root.work}/x.json`;
  const write = (path: string) =>
    writeFileSync(
      file,
      JSON.stringify({
        version: "1.0.0",
        hook: { path, env: ["A=1"], timeout: 1 },
        when: { always: true },
        stages: ["poststop"],
      }),
    );
  const rules = async (programs = true) =>
    (await hookCheck({ files: [file], programs })).problems.map(({ rule }) => rule);
  write("/no/such/program");
  expect(await rules()).toEqual(["missing-program"]);
  expect(await rules(false)).toEqual([]);
  write(program());
  expect(await rules()).toEqual(["interpreter"]);
  chmodSync(program(), 0o777);
  write(program("open"));
  chmodSync(`${root.work}/open`, 0o757);
  expect(await rules()).toEqual(["unsafe-mode"]);
  write("/proc/self/exe");
  expect(await rules()).toContain("unsafe-path");
});

test("problems become SARIF 2.1.0 with rules, places and relative files", async () => {
  writeFileSync(`${root.work}/x.json`, '{"version":"9"}');
  const result = await hookCheck({ files: [`${root.work}/x.json`] });
  const sarif = checkSarif(result, "1.2.3", root.work) as {
    version: string;
    runs: {
      tool: { driver: { rules: { id: string }[] } };
      results: { ruleId: string; ruleIndex: number }[];
    }[];
  };
  expect(sarif.version).toBe("2.1.0");
  const [run] = sarif.runs;
  const [first] = run?.results ?? [];
  expect(first).toMatchObject({
    ruleId: "bad-version",
    level: "error",
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: "x.json" }, region: { startLine: 1, startColumn: 12 } },
      },
    ],
  });
  expect(run?.tool.driver.rules[first?.ruleIndex ?? -1]?.id).toBe("bad-version");
});

test("explain judges a bundle or a config by the plan in force, or by what is not applied yet", async () => {
  await add({ name: "a", whenCommands: ["^/bin/sh$"] });
  const bundle = `${root.work}/bundle`;
  mkdirSync(bundle);
  const config = `${bundle}/config.json`;
  const text = JSON.stringify({
    ociVersion: "1.0.2",
    process: { args: ["/bin/sh"] },
    hooks: { createRuntime: [{ path: "/foreign" }] },
  });
  writeFileSync(config, text);
  await expect(hookExplain(root, { bundle })).rejects.toThrow("no plan in force");
  const draft = await hookExplain(root, { bundle, plan: "definitions", host });
  expect(draft.plan).toBeUndefined();
  await apply(root, { host });
  const explained = await hookExplain(root, { config });
  expect(explained.definitions).toMatchObject([{ name: "a", verdict: "match" }]);
  expect(explained.order).toEqual([
    {
      stage: "createRuntime",
      hooks: [
        { by: "foreign", name: "/foreign" },
        { by: "definition", name: "a" },
      ],
    },
  ]);
  expect(readFileSync(config, "utf8")).toBe(text);
  await expect(hookExplain(root, {})).rejects.toThrow("either a bundle or a config.json");
});
