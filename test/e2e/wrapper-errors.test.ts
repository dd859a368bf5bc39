/** When the wrapper cannot do its work: one clear line where the engine looks, exit status 125, and nothing started. */

import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Plan, PlannedDefinition } from "../../src/spec/plan.ts";
import { writePlan } from "../support/plan.ts";
import { built, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

const root = tempRoot();
afterAll(() => root.remove());

const wrapper = program("hookwright-runtime");
const started = `${root.work}/started`;
const runtime = `${root.work}/runtime`;
writeFileSync(runtime, `#!/usr/bin/busybox sh\necho "$@" >>${started}\n`);
chmodSync(runtime, 0o755);
const bundle = `${root.work}/bundle`;
mkdirSync(bundle);
const env = { PATH: "/usr/bin:/bin", HOOKWRIGHT_ROOT: root.root };

function plan(onFailure: "stop" | "continue", when: PlannedDefinition["when"] = { always: true }): Plan {
  const hex = (digit: string) => digit.repeat(64);
  const base = {
    name: "one",
    file: "one.json",
    stages: ["poststop"],
    position: "append",
    timeout: 5,
  } as const;
  const one: PlannedDefinition = {
    ...base,
    stages: ["poststop"],
    when,
    onFailure,
    entry: hex("e"),
    hook: hex("f"),
  };
  return { version: 1, generation: 1, created: "2026-11-23T00:00:00Z", guard: hex("a"), definitions: [one] };
}

/** Runs `create` on the bundle; tells what happened, what was started and what stands in the log. */
async function create(config: string, words: string[] = [], more: string[] = []) {
  writeFileSync(`${bundle}/config.json`, config);
  rmSync(started, { force: true });
  rmSync(`${root.work}/log`, { force: true });
  const log = ["--log", `${root.work}/log`, ...words];
  const done = await run(
    [wrapper, "--runtime-path", runtime, ...log, "create", "--bundle", bundle, "c1", ...more],
    { env },
  );
  const text = existsSync(`${root.work}/log`) ? readFileSync(`${root.work}/log`, "utf8") : "";
  return {
    ...done,
    log: text,
    started: existsSync(started),
    config: readFileSync(`${bundle}/config.json`, "utf8"),
  };
}

describe.skipIf(!built("hookwright-runtime"))("the wrapper", () => {
  test("a configuration with a duplicate key: the place, in the JSON log and on stderr", async () => {
    writePlan(root.root, plan("stop"));
    const config = '{\n  "hooks": {},\n  "hooks": {}\n}';
    const done = await create(config, ["--log-format", "json"]);
    expect(done).toMatchObject({ code: 125, stdout: "", started: false, config });
    const line = JSON.parse(done.log);
    expect(line).toMatchObject({
      level: "error",
      msg: expect.stringContaining(`read ${bundle}/config.json:3:3: `),
    });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(done.stderr).toContain(`hookwright-runtime: read ${bundle}/config.json:3:3: `);
    expect(done.stderr.trim().split("\n").length).toBe(1);
  });

  test("the text log", async () => {
    writePlan(root.root, plan("stop"));
    const done = await create("{", ["--log-format=text"]);
    expect(done).toMatchObject({ code: 125, stdout: "", started: false });
    expect(done.log).toMatch(/^time="[^"]+" level=error msg="read .*"\n$/);
  });

  test("a log that cannot be written costs nothing more", async () => {
    writePlan(root.root, plan("stop"));
    writeFileSync(`${bundle}/config.json`, "{");
    const done = await run(
      [wrapper, "--runtime-path", runtime, "--log", "/proc/none/log", "create", "-b", bundle, "c"],
      { env },
    );
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain("config.json:1:2");
  });

  test("every definition says continue: the container starts, with a warning in the log and not on its stderr", async () => {
    writePlan(root.root, plan("continue"));
    const done = await create('{"a":1,"a":2}');
    expect(done).toMatchObject({ code: 0, stdout: "", stderr: "", started: true, config: '{"a":1,"a":2}' });
    expect(done.log).toContain("level=warning");
    expect(done.log).toContain("without its hooks");
  });

  test("a definition of the wrong kind does not concern the container: its failure policy does not count", async () => {
    const other = plan("stop", {
      annotations: [{ key: { kind: "equals", text: "x" }, value: { kind: "any" }, source: ["x", ""] }],
    });
    writePlan(root.root, {
      ...plan("continue"),
      definitions: [...plan("continue").definitions, ...other.definitions],
    });
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", bundle]);
    try {
      const done = await create(JSON.stringify({ x: "x".repeat(9000) }));
      expect(done).toMatchObject({ code: 0, started: true, log: expect.stringContaining("no space left") });
      writePlan(root.root, plan("stop"));
      expect(await create(JSON.stringify({ x: "x".repeat(9000) }))).toMatchObject({
        code: 125,
        started: false,
      });
    } finally {
      Bun.spawnSync(["umount", bundle]);
    }
  });

  test("a plan that cannot be read stops create, and create only", async () => {
    writePlan(root.root, "{");
    expect(await create("{}")).toMatchObject({ code: 125, started: false, config: "{}" });
    for (const verb of ["state", "kill", "delete"]) {
      expect(await run([wrapper, "--runtime-path", runtime, verb, "c1"], { env })).toMatchObject({
        code: 0,
        stderr: "",
      });
    }
  });

  test("a plan whose content is not its digest's", async () => {
    writePlan(root.root, plan("stop"));
    const [file = ""] = readdirSync(root.plans).filter((name) => name.endsWith(".json"));
    rmSync(root.current);
    symlinkSync(file, root.current);
    chmodSync(`${root.plans}/${file}`, 0o644);
    writeFileSync(`${root.plans}/${file}`, "{}");
    expect(await create("{}")).toMatchObject({ code: 125, started: false });
  });

  test("no plan: the container starts as it is", async () => {
    rmSync(root.current, { force: true });
    expect(await create("{}")).toMatchObject({ code: 0, started: true, config: "{}", stderr: "", log: "" });
  });

  test("nothing to edit, nothing judged: help and lines that the runtime refuses", async () => {
    writePlan(root.root, plan("stop"));
    expect(await create("{", [], ["--help"])).toMatchObject({ code: 0, started: true });
    expect(await create("{", [], ["--bundle"])).toMatchObject({ code: 0, started: true });
  });

  test("a bundle that is not there", async () => {
    writePlan(root.root, plan("stop"));
    const done = await run([wrapper, "--runtime-path", runtime, "create", "-b", `${root.work}/none`, "c"], {
      env,
    });
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain(`open the bundle ${root.work}/none`);
  });
});

describe.skipIf(!built("hookwright-runtime"))("the runtime is looked up", () => {
  const dir = `${root.work}/bin`;
  mkdirSync(dir);
  const put = (name: string, body: string) => {
    writeFileSync(`${dir}/${name}`, `#!/usr/bin/busybox sh\n${body}\n`);
    chmodSync(`${dir}/${name}`, 0o755);
  };
  put("runc", 'echo "found $0 $@"');
  put("other", 'echo "found $0 $@"');
  const stateOf = (command: string[], more: Record<string, string> = {}) =>
    run([...command, "state", "x"], { env: { ...env, PATH: dir, ...more }, cwd: dir });

  test.each([
    ["the wrapper's name", [program("hookwright-runc")], {}, `${dir}/runc`],
    [
      "--runtime-path before the name",
      [program("hookwright-runc"), "--runtime-path", `${dir}/other`],
      {},
      `${dir}/other`,
    ],
    ["a name by way of PATH", [wrapper, "--runtime-path=other"], {}, `${dir}/other`],
    ["a relative path", [wrapper, "--runtime-path=./other"], {}, "./other"],
    ["the environment", [wrapper], { HOOKWRIGHT_RUNTIME: "other" }, `${dir}/other`],
  ])("by %s", async (_, command, more, path) => {
    expect(await stateOf(command, more as Record<string, string>)).toMatchObject({
      code: 0,
      stdout: `found ${path} state x\n`,
    });
  });

  test("by the plan", async () => {
    writePlan(root.root, { ...plan("stop"), runtime: `${dir}/other` });
    expect(await stateOf([wrapper])).toMatchObject({ stdout: `found ${dir}/other state x\n` });
  });

  test("never the wrapper itself: a link called runc on PATH is passed over", async () => {
    const links = `${root.work}/links`;
    mkdirSync(links);
    symlinkSync(program("hookwright-host"), `${links}/runc`);
    expect(await stateOf([program("hookwright-runc")], { PATH: `${links}:${dir}` })).toMatchObject({
      stdout: `found ${dir}/runc state x\n`,
    });
    const done = await stateOf([wrapper, "--runtime-path", `${links}/runc`]);
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain("is this wrapper itself");
  });

  test.each([
    ["missing", "/none/runc", "does not exist"],
    ["not executable", "/etc/passwd", "is not executable"],
    ["a directory", "/etc", "is not a regular file"],
    ["an unknown name", "no-such-runtime", "in no directory of PATH"],
    ["empty", "", "in no directory of PATH"],
  ])("%s: said before config.json is touched", async (_, path, part) => {
    writePlan(root.root, plan("stop"));
    writeFileSync(`${bundle}/config.json`, "{}");
    const done = await run([wrapper, "--runtime-path", path, "create", "-b", bundle, "c"], { env });
    expect(done).toMatchObject({ code: 125, stdout: "" });
    expect(done.stderr).toContain(part);
    expect(readFileSync(`${bundle}/config.json`, "utf8")).toBe("{}");
  });
});
