/** `hook replay`: what ran once runs again, byte for byte and word for word, whatever has become of its file since. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { environmentOf, injected } from "../support/injected.ts";
import { hookScript } from "../support/plan.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

describe.skipIf(!built("hookwright", "hookwright-host", "hookwright-runtime"))("hook replay", () => {
  let root: TempRoot;
  let id = "";
  const replay = (...words: string[]) => hookwright(root.root, ["hook", "replay", id, ...words]);

  beforeAll(async () => {
    root = tempRoot();
    const script = 'echo "$HOOKWRIGHT_STAGE $MOOD $*"; cat >&2; exit 3';
    const path = hookScript(root.root, "moody", script);
    const definition = {
      version: "1.0.0",
      hook: { path, args: ["moody", "two words", "$(id)"], env: ["MOOD=bad day"], timeout: 5 },
      when: { always: true },
      stages: ["poststart"],
      guard: { interpreter: "pin", onFailure: "continue" },
    };
    const { hook, state } = await injected(root, definition, "poststart");
    await run([program("hookwright-guard"), ...(hook.args ?? []).slice(1)], {
      env: environmentOf(hook),
      stdin: state,
    });
    id = (await hookwright(root.root, ["events", "-q"])).stdout.trim();
    writeFileSync(path, "#!/usr/bin/busybox sh\necho another program\n");
  });
  afterAll(() => root.remove());

  test("the same program, words, environment and stage; the log does not grow", async () => {
    const log = readFileSync(root.events, "utf8");
    const done = await replay("--format", "json");
    expect(done).toMatchObject({ code: 1, stderr: "" });
    const { before, now } = JSON.parse(done.stdout);
    expect(before.end.stdout.tail).toBe("poststart bad day two words $(id)\n");
    expect(now.end.stdout).toEqual(before.end.stdout);
    expect([now.result, now.end.exit, now.stage]).toEqual(["fail", 3, "poststart"]);
    expect(JSON.parse(now.end.stderr.tail)).toMatchObject({ id: "injected", status: "running" });
    expect(readFileSync(root.events, "utf8")).toBe(log);
  });

  test("with a state of its own, and with its system calls", async () => {
    const state = `${root.work}/state.json`;
    writeFileSync(state, JSON.stringify({ id: "other", bundle: "/b" }));
    const calls = `${root.work}/calls`;
    const done = await replay("--state", state, "--trace", calls);
    expect(done.code).toBe(1);
    expect(done.stdout).toStartWith("before: fail\n");
    expect(done.stdout).toContain('"id":"other"');
    expect(readFileSync(calls, "utf8")).toMatch(/execve\(.*exit_group\(3\)/s);
  });

  test("a run whose plan is gone is said to be so", async () => {
    expect(await hookwright(root.root, ["hook", "replay", "0000"])).toMatchObject({ code: 1 });
    const plans = Bun.spawnSync(["sh", "-c", `chattr -f -i ${root.plans}/*.json; ls ${root.plans}`]);
    expect(plans.exitCode).toBe(0);
    const kept = `${root.work}/plans`;
    Bun.spawnSync(["mv", root.plans, kept]);
    expect(await replay()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is gone\nhint: plans and programs"),
    });
    rmSync(root.plans, { recursive: true, force: true });
    Bun.spawnSync(["mv", kept, root.plans]);
  });
});
