/**
 * `oci-add-hooks`: the tool's own command line on real containers, and each of its faults (notes/oci-add-hooks/faults.md)
 * as a test that ours does not have it.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { makeBundle } from "../support/bundle.ts";
import { hookScript, writePlan } from "../support/plan.ts";
import { built, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { RUNTIMES, run, runRuntime, runtimePath } from "../support/runtime.ts";

const root = tempRoot();
afterAll(() => root.remove());

const tool = program("oci-add-hooks");
const ran = `${root.work}/ran`;
const echo = `${root.work}/echo`;
writeFileSync(echo, '#!/usr/bin/busybox sh\necho "$@"\n');
chmodSync(echo, 0o755);
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOOKWRIGHT_ROOT: root.root };
const hook = { path: "/bin/true", args: ["true", "x"] };

let count = 0;
function files(hooks: unknown, config: string = '{"ociVersion":"1.0.2"}') {
  const id = `add-${count++}`;
  const bundle = makeBundle(`${root.work}/${id}`);
  const hookFile = `${root.work}/${id}.hooks.json`;
  writeFileSync(hookFile, typeof hooks === "string" ? hooks : JSON.stringify(hooks));
  writeFileSync(`${bundle}/config.json`, config);
  const get = () => readFileSync(`${bundle}/config.json`, "utf8");
  return { id, bundle, hookFile, get, hooks: () => JSON.parse(get()).hooks };
}

const add = (hookFile: string, args: string[], cwd = "/") =>
  run([tool, "--hook-config-path", hookFile, "--runtime-path", echo, ...args], { env, cwd });

describe.skipIf(!built("oci-add-hooks"))("oci-add-hooks", () => {
  test.each(RUNTIMES)("runs the hooks of its file before the bundle's own, on %s", async (name) => {
    const first = hookScript(root.root, "first", `echo first >>${ran}`);
    const second = hookScript(root.root, "second", `echo second >>${ran}`);
    const { id, bundle, hookFile } = files({ hooks: { createRuntime: [{ path: first }] } });
    makeBundle(bundle, {
      tweak: (config) => {
        config.hooks = { createRuntime: [{ path: second }] };
      },
    });
    const via = [tool, "--hook-config-path", hookFile, "--runtime-path", name];
    writeFileSync(ran, "");
    expect(await runRuntime(name, root.root, ["run", "--bundle", bundle, id], { via, env })).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(readFileSync(ran, "utf8")).toBe("first\nsecond\n");
  });

  test("its flags in any order, with =, and only in front", async () => {
    for (const flags of [
      (f: string) => ["--runtime-path", echo, "--hook-config-path", f],
      (f: string) => [`--runtime-path=${echo}`, `--hook-config-path=${f}`],
      (f: string) => [`--hook-config-path=${f}`, "--runtime-path", echo],
    ]) {
      const { hookFile } = files({ hooks: {} });
      const done = await run([tool, ...flags(hookFile), "state", "--runtime-path", "x"], { env });
      expect(done).toMatchObject({ code: 0, stdout: "state --runtime-path x\n" });
    }
  });

  test("a runtime by name, as its README promised", async () => {
    const { hookFile } = files({ hooks: {} });
    const done = await run([tool, "--hook-config-path", hookFile, "--runtime-path", "runc", "--version"], {
      env,
    });
    const bare = await run([runtimePath("runc"), "--version"], { env });
    expect(done).toMatchObject({ code: 0, stdout: bare.stdout });
  });

  test.each([
    [["create", "-b", "BUNDLE", "c"]],
    [["create", "--bundle=BUNDLE", "c"]],
    [["create", "--bundle", "/none", "--bundle", "BUNDLE", "c"]],
    [["run", "c"]],
    [["restore", "--bundle", "BUNDLE", "c"]],
  ])("finds the bundle of %j", async (words) => {
    const { bundle, hookFile, hooks } = files({ hooks: { poststop: [hook] } });
    await add(
      hookFile,
      words.map((word) => word.replace("BUNDLE", bundle)),
      bundle,
    );
    expect(hooks()).toEqual({ poststop: [hook] });
  });

  test("leaves the bundle alone for any other verb", async () => {
    const { bundle, hookFile, get } = files({ hooks: { poststop: [hook] } });
    const before = get();
    await add(hookFile, ["exec", "c1", "tool", "--bundle", bundle]);
    await add(hookFile, ["state", "create"], bundle);
    expect(get()).toBe(before);
  });

  test("a second run adds nothing", async () => {
    const { bundle, hookFile, get } = files({ hooks: { poststop: [hook], createContainer: [hook] } });
    await add(hookFile, ["create", "-b", bundle, "c"]);
    const once = get();
    await add(hookFile, ["create", "-b", bundle, "c"]);
    expect(get()).toBe(once);
  });

  test.each([
    ["null hooks in the bundle", { hooks: { poststop: [hook] } }, '{"hooks":null}', { poststop: [hook] }],
    ["null hooks in the file", { hooks: null }, '{"a":1}', undefined],
    ["no hooks in the file", {}, '{"a":1}', undefined],
    ["an empty stage in the file", { hooks: { poststop: [] } }, '{"a":1}', undefined],
  ])("%s is no fault", async (_, file, config, expected) => {
    const { bundle, hookFile, get, hooks } = files(file, config);
    expect(await add(hookFile, ["create", "-b", bundle, "c"])).toMatchObject({ code: 0, stderr: "" });
    expect(hooks()).toEqual(expected);
    if (expected === undefined) expect(get()).toBe(config);
  });

  test("what it does not know survives, byte for byte", async () => {
    const config =
      '{"z":18446744073709551615,"a":1.50,"b":"<&>","hooks":{"poststop":[{"path":"/x","new":1e3}]}}';
    const { bundle, hookFile, get } = files({ hooks: { poststop: [{ ...hook, later: 1 }] } }, config);
    await add(hookFile, ["create", "-b", bundle, "c"]);
    expect(get()).toBe(config.replace("[{", `[${JSON.stringify({ ...hook, later: 1 })},{`));
  });

  test("hooks that would get the image's environment are given one of their own (CVE-2025-23266)", async () => {
    const { bundle, hookFile, hooks } = files({
      hooks: {
        createContainer: [{ path: "/x" }],
        startContainer: [{ path: "/x", env: [] }],
        poststop: [{ path: "/x" }],
      },
    });
    await add(hookFile, ["create", "-b", bundle, "c"]);
    expect(hooks().createContainer[0].env).toEqual(["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
    expect(hooks().startContainer[0].env).toEqual(["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]);
    expect(hooks().poststop[0]).toEqual({ path: "/x" });
  });

  test.each([
    [
      "an entry without a path",
      { hooks: { poststop: [{}] } },
      "hooks.poststop[0].path is not an absolute path",
    ],
    [
      "a relative path",
      { hooks: { poststop: [{ path: "true" }] } },
      "hooks.poststop[0].path is not an absolute path",
    ],
    ["a stage that is none", { hooks: { postStop: [hook] } }, "hooks.postStop is no stage"],
    ["a stage that is no list", { hooks: { poststop: hook } }, "hooks.poststop"],
    [
      "a timeout of 0",
      { hooks: { poststop: [{ ...hook, timeout: 0 }] } },
      "timeout is not a positive number",
    ],
    [
      "arguments that are no words",
      { hooks: { poststop: [{ ...hook, args: [1] }] } },
      "args is not a list of strings",
    ],
    ["a duplicate key", '{"hooks":{},"hooks":{}}', ":1:13: "],
    ["no JSON", "hello", ":1:1: "],
  ])("refuses %s with a message", async (_, file, part) => {
    const { bundle, hookFile, get } = files(file);
    const before = get();
    const log = `${bundle}/log.json`;
    const done = await add(hookFile, ["--log", log, "--log-format", "json", "create", "-b", bundle, "c"]);
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain(part);
    expect(JSON.parse(readFileSync(log, "utf8")).msg).toContain(part);
    expect(get()).toBe(before);
  });

  test("a runtime that is not there: said, and config.json untouched", async () => {
    const { bundle, hookFile, get } = files({ hooks: { poststop: [hook] } });
    const before = get();
    const done = await run(
      [tool, "--hook-config-path", hookFile, "--runtime-path", "/none", "create", "-b", bundle, "c"],
      { env },
    );
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain("/none does not exist");
    expect(get()).toBe(before);
  });

  test.each([
    [["--runtime-path", "runc", "state"], "--hook-config-path is missing"],
    [["--hook-config-path", "x", "state"], "--runtime-path is missing"],
    [["--hook-config-path", "x", "--bogus", "runc", "state"], "--runtime-path is missing"],
    [["--hook-config-path"], "--hook-config-path needs a value"],
    [[], "--hook-config-path is missing"],
  ])("%j is an error that says why", async (words, part) => {
    const done = await run([tool, ...words], { env });
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain(part);
    expect(done.stderr).toContain("usage: oci-add-hooks");
  });

  test("its exit status is the runtime's, a signal's death too", async () => {
    const { hookFile } = files({ hooks: {} });
    const die = hookScript(root.root, "die", "kill -TERM $$; sleep 1");
    const done = await run([tool, "--hook-config-path", hookFile, "--runtime-path", die, "state"], { env });
    expect(done).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  test("the plan is not its business", async () => {
    writePlan(root.root, "corrupt");
    const { bundle, hookFile } = files({ hooks: { poststop: [hook] } });
    expect(await add(hookFile, ["create", "-b", bundle, "c"])).toMatchObject({ code: 0 });
  });

  test("--version", async () => {
    expect(await run([tool, "--version"], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("hookwright"),
    });
  });
});
