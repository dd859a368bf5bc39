/** A32: what fails around a hook: its guard or its runtime is killed, the log's disk is full or read-only, memory runs out. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { guardCommand, injectedHook, lastEnd, runContainer, runGuard, shellHook } from "../support/attack.ts";
import { makeBundle } from "../support/bundle.ts";
import { environmentOf } from "../support/injected.ts";
import { applyPlan } from "../support/plan.ts";
import { program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { removeContainerGroups } from "../support/runtime.ts";
import { becomeSubreaper, leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A32: the guard is killed while the hook runs (many moments: test/e2e/guard/stress.test.ts)", async () => {
  const made = await injectedHook(root, "setsid sleep 60 & sleep 60", { timeout: 5 });
  becomeSubreaper();
  const guard = Bun.spawn(guardCommand(made.hook), {
    env: environmentOf(made.hook),
    stdin: new TextEncoder().encode(made.state),
    stdout: "ignore",
    stderr: "ignore",
  });
  await Bun.sleep(150);
  guard.kill("SIGKILL");
  await guard.exited;
  expect(await survivors(1000)).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
  expect(lastEnd(root)?.result).toBe("error");
});

test("A32: runc is killed while a hook runs: the hook still ends by its timeout", async () => {
  await applyPlan(root.root, { hook: shellHook("sleep 60", { timeout: 1 }) });
  const bundle = makeBundle(`${root.work}/bundle`);
  becomeSubreaper();
  const runc = Bun.spawn(
    [program("hookwright-runc"), "--root", `${root.work}/state`, "create", "-b", bundle, "a32"],
    {
      env: { HOOKWRIGHT_ROOT: root.root, PATH: process.env.PATH ?? "" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    },
  );
  while (!existsSync(root.events) && runc.exitCode === null) await Bun.sleep(10);
  runc.kill("SIGKILL");
  await runc.exited;
  const end = performance.now() + 2500;
  while (lastEnd(root) === undefined && performance.now() < end) await Bun.sleep(20);
  expect(lastEnd(root)?.result).toMatch(/timeout|error/);
  Bun.spawnSync(["runc", "--root", `${root.work}/state`, "delete", "-f", "a32"]);
  removeContainerGroups("a32");
  expect(await survivors(1500)).toEqual([]);
});

test.each([
  ["full", "size=4k,nr_inodes=2"],
  ["read-only", "ro"],
])("A32: the log's disk is %s: the hook runs, and its status decides", async (_kind, options) => {
  const fine = await injectedHook(root, "exit 0");
  mkdirSync(root.log, { recursive: true });
  expect(
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `${options},mode=0750`, "tmpfs", root.log]).exitCode,
  ).toBe(0);
  for (let turn = 0; turn < 4; turn++) expect((await runGuard(fine)).code).toBe(0);
  const failing = await injectedHook(root, "exit 7");
  expect((await runGuard(failing)).code).toBe(7);
});

test("A32: the guard works in a container of 8 MiB and 12 processes", async () => {
  await applyPlan(root.root, {
    hook: shellHook("cat >/dev/null", { stage: "createContainer", path: "/usr/bin/busybox" }),
  });
  const { created } = await runContainer(root, "runc", ["true"], (config) => {
    const linux = config.linux ?? {};
    linux.resources = { memory: { limit: 8 << 20 }, pids: { limit: 12 } };
    (linux as { cgroupsPath?: string }).cgroupsPath = `/hookwright-test-${process.pid}`;
    config.linux = linux;
  });
  expect([created.code, created.stderr]).toEqual([0, ""]);
  expect(lastEnd(root)?.result).toBe("ok");
});
