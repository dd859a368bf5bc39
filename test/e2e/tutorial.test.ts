/** docs/hooks.md, as its reader works through it: its commands, in its order, in one shell; its modules as they stand. */

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { EngineWorld, installed, startDocker } from "../support/engines.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

const text = readFileSync(`${import.meta.dir}/../../docs/hooks.md`, "utf8");
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, code = ""]) => code,
  );

describe.skipIf(!built("hookwright", "hookwright-host", "hookwright-runc"))("the tutorial", () => {
  const root = tempRoot();
  afterAll(() => root.remove());
  const tools = `${import.meta.dir}/../../node_modules/.bin`;
  const env = {
    PATH: `${dirname(program("hookwright"))}:${tools}:${process.env.PATH}`,
    HOME: root.work,
    HOOKWRIGHT_ROOT: root.root,
  };

  test.skipIf(!installed("dockerd", "docker"))(
    "from hook new to a hook that fires in Docker (dockerd)",
    async () => {
      const commands = blocks("sh").join("\n");
      expect(commands).toContain("hookwright hook new greet");
      expect(commands).toContain("docker run");
      mkdirSync(`${root.root}/etc/docker`, { recursive: true });
      writeFileSync(`${root.root}/etc/docker/daemon.json`, "{}");
      const world = await EngineWorld.begin(root);
      try {
        await startDocker(world, root);
        // Who manages the machine's services here: `reload` sends the signal, and the daemon reads its file a moment later.
        const listed = "docker info --format '{{json .Runtimes}}' | grep -q hookwright";
        const reload = `kill -HUP "$(cat ${root.work}/docker.pid)"; until ${listed}; do sleep 0.1; done`;
        mkdirSync(`${root.work}/services`);
        writeFileSync(`${root.work}/services/systemctl`, `#!/bin/sh\n${reload}\n`, { mode: 0o755 });
        const path = `PATH=${root.work}/services:${env.PATH}`;
        const shell = ["env", "-C", root.work, path, "bash", "-euo", "pipefail", "-c", commands];
        const done = await world.run(shell, 110_000);
        expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
        const [greet = ""] = blocks("ts");
        expect(readFileSync(`${root.work}/greet/greet.ts`, "utf8")).toBe(greet);
        expect(done.stderr).toContain("1 pass");
        expect(done.stdout).toContain("good day from hookwright-run at createRuntime");
        expect(done.stdout).toContain("\nstarted\n");
        expect(done.stdout).toContain("standard error:\n  good day from greeted at createRuntime\n");
        expect(done.stdout).toContain("\nstarted by Docker\n");
        expect(done.stdout).toMatch(/standard error:\n {2}good day from [0-9a-f]{64} at createRuntime\n$/);
      } finally {
        await world.end();
      }
      const trial = ["hook", "run", "greet", "--stage", "createRuntime"];
      expect(await hookwright(root.root, trial)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("good day from hookwright-run"),
      });
      expect(await hookwright(root.root, [...trial, "--arg", "x"])).toMatchObject({ code: 1 });
    },
    120_000,
  );

  /** The folder of a new hook `motd`, made in `cwd`. */
  const makeMotd = async (cwd: string) => {
    mkdirSync(cwd);
    const made = await hookwright(root.root, ["hook", "new", "motd", "--template", "rootfs"], { cwd });
    expect(made).toMatchObject({ code: 0 });
    return `${cwd}/motd`;
  };

  test("its other hook, and that one's test", async () => {
    const directory = await makeMotd(`${root.work}/second`);
    const shipped = await run([process.execPath, "test"], { cwd: directory, env });
    expect([shipped.code, shipped.stderr]).toEqual([0, expect.stringContaining("1 pass")]);
    const [, motd = "", spareLink = "", motdTest = ""] = blocks("ts");
    writeFileSync(`${directory}/motd.ts`, motd);
    writeFileSync(`${directory}/motd.test.ts`, motdTest);
    const tested = await run([process.execPath, "test"], { cwd: directory, env });
    expect([tested.code, tested.stderr]).toEqual([0, expect.stringContaining("1 pass")]);
    writeFileSync(`${directory}/spare-link.ts`, spareLink);
    const spare = await hookwright(root.root, ["hook", "build", "spare-link.ts"], { cwd: directory, env });
    expect([spare.code, spare.stderr]).toEqual([0, ""]);
    const trial = [
      "hook",
      "run",
      "./spare-link",
      "--stage",
      "createRuntime",
      "--arg",
      "--link",
      "--arg",
      "x",
    ];
    expect(await hookwright(root.root, trial, { cwd: directory, env })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("there is no ledger"),
    });
  });

  test("hook run for a bundle, as a definition says; nothing is left of it", async () => {
    const roots = () => readdirSync("/var/lib").filter((name) => name.startsWith("hookwright-run-"));
    const before = roots();
    const cwd = await makeMotd(`${root.work}/third`);
    const directory = `${root.work}/given`;
    mkdirSync(`${directory}/rootfs/etc`, { recursive: true });
    writeFileSync(
      `${directory}/config.json`,
      JSON.stringify({ root: { path: "rootfs" }, annotations: { a: "b" } }),
    );
    const trial = (...words: string[]) => hookwright(root.root, ["hook", "run", ...words], { cwd, env });
    const ran = await trial("motd.ts", "--stage", "createContainer", "--bundle", directory);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("result      ok")]);
    expect(readFileSync(`${directory}/rootfs/etc/motd`, "utf8")).toBe("this is given\n");
    const state = JSON.stringify({ id: "other", bundle: directory, status: "creating" });
    const stated = await hookwright(
      root.root,
      ["hook", "run", "motd.ts", "--stage", "createContainer", "--state", "-"],
      { cwd, env, stdin: state },
    );
    expect(stated.code).toBe(0);
    expect(readFileSync(`${directory}/rootfs/etc/motd`, "utf8")).toBe("this is other\n");
    expect(await trial("motd.ts", "--stage", "poststop")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no hook for the stage "poststop"'),
    });
    expect(await trial("motd.yaml", "--stage", "poststart")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("motd"),
    });
    expect(await trial("motd.ts", "--stage", "startContainer")).toMatchObject({ code: 1 });
    expect(await trial("motd.ts", "--stage", "create")).toMatchObject({ code: 2 });
    expect(roots()).toEqual(before);
  });

  test("hook new does not write over anything, and wants a name", async () => {
    const cwd = `${root.work}/fourth`;
    await makeMotd(cwd);
    const again = await hookwright(root.root, ["hook", "new", "motd"], { cwd });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") });
    expect(await hookwright(root.root, ["hook", "new", "../x"], { cwd })).toMatchObject({
      code: 2,
    });
  });
});
