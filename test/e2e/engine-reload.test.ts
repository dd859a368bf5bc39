/**
 * `--reload` on a dockerd that runs: by systemctl where systemd is in charge (its answer here is the reload command of
 * Docker's own unit), by SIGHUP elsewhere. Each time a container shows that the daemon has read its file anew.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeRootfs } from "../support/bundle.ts";
import { EngineWorld, installed, startDocker } from "../support/engines.ts";
import { built, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import type { Outcome } from "../support/runtime.ts";

const ready =
  built("hookwright", "hookwright-host", "hookwright-runc") && installed("dockerd", "docker", "tar");
/** Docker forgets a runtime that its file names no more when the file still names others. */
const FILE =
  '{"exec-opts": ["native.cgroupdriver=cgroupfs"], "runtimes": {"other": {"path": "/usr/sbin/runc"}}}\n';

describe.skipIf(!ready)("engine enable docker --reload", () => {
  let root: TempRoot;
  let world: EngineWorld;
  let file: string;

  beforeAll(async () => {
    root = tempRoot();
    world = await EngineWorld.begin(root);
    file = `${root.root}/etc/docker/daemon.json`;
    mkdirSync(`${root.root}/etc/docker`);
    writeFileSync(file, FILE);
    // Our own state and /run are the machine's in these namespaces, so they get a file system of their own.
    const own = `mkdir -p ${root.work}/state ${root.work}/run-systemd/system; mkdir -p /var/lib/hookwright /run/systemd; mount --bind ${root.work}/state /var/lib/hookwright; mount --bind ${root.work}/run-systemd /run/systemd`;
    await done(["sh", "-ec", own]);
    await startDocker(world, root);
    makeRootfs(`${root.work}/image`);
    await done(["sh", "-c", `tar -C ${root.work}/image -c . | docker import - bb:1`]);
    mkdirSync(`${root.work}/bin`);
    const unit = `#!/bin/sh\necho "$*" >>${root.work}/asked\n[ "$*" = "reload docker" ] && exec kill -s HUP "$(cat ${root.work}/docker.pid)"\n`;
    writeFileSync(`${root.work}/bin/systemctl`, unit, { mode: 0o755 });
  }, 120_000);
  afterAll(async () => {
    await world.end();
    root.remove();
  }, 60_000);

  async function done(command: string[]): Promise<Outcome> {
    const outcome = await world.run(command);
    expect(`${outcome.code}: ${outcome.code === 0 ? "" : outcome.stderr}`).toBe("0: ");
    return outcome;
  }

  /** The program on the root directory of these namespaces: only there a daemon is looked for. */
  function engine(...words: string[]): Promise<Outcome> {
    const env = ["HOOKWRIGHT_ROOT=/", `PATH=${root.work}/bin:${process.env.PATH}:/usr/sbin:/sbin`];
    return done(["env", ...env, program("hookwright"), "engine", ...words]);
  }

  /** Whether Docker knows the runtime by now; it reads its file a moment after the signal. */
  async function known(wanted: boolean): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const { stdout } = await done(["docker", "info", "--format", "{{json .Runtimes}}"]);
      const found = Object.hasOwn(JSON.parse(stdout), "hookwright");
      if (found === wanted || tries === 50) return found;
      await Bun.sleep(100);
    }
  }

  test.each([
    ["systemctl", "systemctl reload docker"],
    ["SIGHUP", "kill -HUP "],
  ])(
    "by %s",
    async (way, command) => {
      if (way === "SIGHUP") await done(["rmdir", "/run/systemd/system"]);
      expect(await known(false)).toBe(false);
      const enabled = await engine("enable", "docker", "--reload");
      expect(enabled.stderr).toContain(`note: ${file}: dockerd (process `);
      expect(enabled.stderr).toContain(`reloaded: ${command}`);
      expect(await known(true)).toBe(true);
      const words = [
        "docker",
        "run",
        "--rm",
        "--network",
        "none",
        "--runtime",
        "hookwright",
        "bb:1",
        "/bin/echo",
        "hello",
      ];
      expect((await done(words)).stdout).toBe("hello\n");

      // The same once more has nothing to reload.
      expect((await engine("enable", "docker", "--reload")).stderr).not.toContain("reload");
      const disabled = await engine("disable", "docker", "--reload");
      expect(disabled.stderr).toContain(`reloaded: ${command}`);
      expect(disabled.stderr).toContain("Docker forgets only when it is restarted");
      expect(await known(false)).toBe(false);
      expect(readFileSync(file, "utf8")).toBe(FILE);
      const asked = way === "systemctl" ? readFileSync(`${root.work}/asked`, "utf8") : "";
      if (way === "systemctl") expect(asked).toBe("reload docker\nreload docker\n");
    },
    120_000,
  );
});
