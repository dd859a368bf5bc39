/**
 * Recording on real containers by a definition, through wrapper and guard. What was recorded starts the container again, and
 * nothing else runs in it.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { primitive } from "../../../src/host/bun.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { sweep } from "../../../src/record/sweep.ts";
import { applyPlan, define } from "../../support/plan.ts";
import { built, hookwright, program } from "../../support/programs.ts";
import { allowedIn, beginPins, containersOf } from "../../support/recording.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { RUNTIMES, runRuntime } from "../../support/runtime.ts";

bind(primitive);

const SCRIPT = "ls / >/dev/null && mkdir -p /tmp/made";

describe.skipIf(!built("hookwright-host"))("recording a container", () => {
  let root: TempRoot;
  let pins = "";

  beforeAll(async () => {
    root = tempRoot();
    pins = await beginPins(root);
  });
  afterAll(() => {
    delete process.env.HOOKWRIGHT_PINS;
    expect(existsSync(pins)).toBe(false);
    root.remove();
  });

  const { bundleOf, confined, run } = containersOf(() => root);
  const events = async () => (await hookwright(root.root, ["events", "--format", "json"])).stdout;

  test.each(RUNTIMES)("a definition records on %s, and the profile confines", async (runtime) => {
    process.env.HOOKWRIGHT_PINS = pins;
    const record = { profile: `web-${runtime}`, format: "oci", details: ["refused"] };
    define(root.root, `record-${runtime}`, {
      version: "1.0.0",
      when: { annotations: { "^com\\.example\\.record$": `^${runtime}$` } },
      record,
    });
    const applied = await hookwright(root.root, ["apply"], { env: { HOOKWRIGHT_PINS: pins } });
    expect([applied.code, applied.stderr]).toEqual([0, expect.any(String)]);
    const bundle = bundleOf(`recorded-${runtime}`, ["/bin/sh", "-c", SCRIPT], (config) => {
      config.annotations = { "com.example.record": runtime };
    });
    const via = [program("hookwright-runtime"), "--runtime-path", Bun.which(runtime) ?? runtime];
    const ran = await run(runtime, bundle, `recorded-${runtime}`, via);
    const said = ran.code === 0 ? "" : await events();
    expect([ran.code, ran.stderr, said]).toEqual([0, "", ""]);
    const profile = `${root.profiles}/web-${runtime}.json`;
    expect(allowedIn(profile)).toContainValues(["mkdir", "exit_group", "execve"]);
    const recording = JSON.parse(readFileSync(`${root.profiles}/web-${runtime}.recording.json`, "utf8"));
    expect(recording).toMatchObject({
      boundary: "permissive",
      complete: true,
      container: { command: ["/bin/sh"] },
    });
    expect(await events()).toContain("under a filter that allows everything");
    expect(readdirSync(root.recordings)).toEqual([]);

    for (let i = 0; i < 3; i++) {
      const again = await run(
        runtime,
        confined(`again-${runtime}`, profile, `busybox rmdir /tmp/made; ${SCRIPT}`),
        `again-${i}`,
      );
      // rmdir is outside of what was recorded; the rest runs.
      expect([again.code, again.stderr]).toEqual([expect.any(Number), expect.stringContaining("rmdir")]);
    }
    const fits = await run(runtime, confined(`fits-${runtime}`, profile, SCRIPT), `fits-${runtime}`);
    expect([fits.code, fits.stderr]).toEqual([0, ""]);
  });

  test("a container that still runs is listed, and read without an end to its recording", async () => {
    const wish = { when: { annotations: { "^snapshot$": "." } }, record: { profile: "live", mode: "merge" } };
    define(root.root, "record-live", { version: "1.0.0", ...wish });
    const env = { HOOKWRIGHT_PINS: pins };
    expect((await hookwright(root.root, ["apply"], { env })).code).toBe(0);
    const via = [program("hookwright-runtime"), "--runtime-path", Bun.which("runc") ?? "runc"];
    for (const [turn, runs] of [
      ["first", 1],
      ["second", 2],
    ] as const) {
      const bundle = bundleOf(turn, ["/bin/sh", "-c", `ls / >/dev/null; sleep 60`], (config) => {
        config.annotations = { snapshot: "1" };
      });
      const started = await runRuntime("runc", root.root, ["run", "--detach", "--bundle", bundle, turn], {
        via,
      });
      expect([started.code, started.stderr]).toEqual([0, ""]);
      const profile = async () =>
        (await hookwright(root.root, ["seccomp", "snapshot", turn], { env })).stdout;
      for (let i = 0; i < 100 && !(await profile()).includes("nanosleep"); i++) await Bun.sleep(50);
      expect(await profile()).toContain("nanosleep");
      const listed = await hookwright(root.root, ["seccomp", "list", "--format", "json"], { env });
      expect(JSON.parse(listed.stdout)).toContainEqual(
        expect.objectContaining({
          name: "live",
          state: "recording",
          boundary: "permissive",
          container: turn,
        }),
      );
      await runRuntime("runc", root.root, ["kill", turn, "KILL"]);
      await runRuntime("runc", root.root, ["delete", "--force", turn]);
      const recording = JSON.parse(readFileSync(`${root.profiles}/live.recording.json`, "utf8"));
      expect([recording.coverage?.runs ?? 1, recording.complete]).toEqual([runs, true]);
    }
    expect(readdirSync(root.recordings)).toEqual([]);
    expect(existsSync(pins)).toBe(false);
  });

  test("a rootless engine is told that it cannot record", () => {
    const bundle = bundleOf("rootless", ["/bin/true"], (config) => {
      config.hooks = { poststop: [{ path: program("hookwright-record") }] };
    });
    const state = { ociVersion: "1.0.2", id: "rootless", status: "creating", pid: process.pid, bundle };
    const asked = Bun.spawnSync(
      [
        ...["unshare", "--user", "--map-root-user", "--mount"],
        ...[program("hookwright-record"), "--profile", `${root.work}/rootless.json`],
      ],
      {
        env: { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_PINS: pins },
        stdin: Buffer.from(JSON.stringify(state)),
      },
    );
    expect([asked.exitCode, asked.stderr.toString()]).toEqual([
      1,
      expect.stringContaining("the engine is rootless, and the kernel lets only the machine's root record"),
    ]);
    expect(existsSync(pins)).toBe(false);
  });

  test("a container that died without its last hook leaves nothing for ever", async () => {
    const bundle = bundleOf("killed", ["/bin/true"], (config) => {
      config.hooks = { poststop: [{ path: program("hookwright-record") }] };
    });
    const container = Bun.spawn(["unshare", "--mount", "--propagation", "slave", "sleep", "60"]);
    await Bun.sleep(50);
    const state = { ociVersion: "1.0.2", id: "killed", status: "creating", pid: container.pid, bundle };
    const begun = Bun.spawnSync([program("hookwright-record"), "--profile", `${root.work}/killed.json`], {
      env: { HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_PINS: pins },
      stdin: Buffer.from(JSON.stringify(state)),
    });
    expect([begun.exitCode, begun.stderr.toString(), readdirSync(root.recordings).length]).toEqual([
      0,
      "",
      1,
    ]);
    expect(sweep(root, pins, 0)).toBe(0);
    container.kill("SIGKILL");
    await container.exited;
    expect(sweep(root, pins)).toBe(0);
    expect([sweep(root, pins, 0), readdirSync(root.recordings), existsSync(pins)]).toEqual([1, [], false]);
  });

  test("what cannot be applied is refused", async () => {
    expect(
      await applyPlan(root.root, {
        wrong: { version: "1.0.0", when: { always: true }, record: { profile: "../x" } },
      }).catch((error: Error) => error.message),
    ).toContain("must be a name, or an absolute path that ends in .json");
    Bun.spawnSync(["rm", `${root.config}/hooks.d/wrong.json`]);
  });
});
