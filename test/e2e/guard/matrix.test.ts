/** Every cell of matrix-table.ts, on real containers; and nothing is left behind by any of them. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { EndEvent, HookEvent } from "../../../src/spec/event.ts";
import { RUNTIME_STAGES, type RuntimeStage } from "../../../src/spec/stage.ts";
import { makeBundle } from "../../support/bundle.ts";
import { applyPlan } from "../../support/plan.ts";
import { program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { hidingHybrid, RUNTIMES, type RuntimeName, run, runRuntime } from "../../support/runtime.ts";
import { leftovers, survivors } from "../../support/survivors.ts";
import { EFFECT, type Effect, WAYS, type Way } from "./matrix-table.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const ways: [string, Way][] = Object.entries(WAYS);

for (const runtime of RUNTIMES)
  for (const stage of RUNTIME_STAGES)
    describe(`${runtime}: a hook at ${stage}`, () => {
      test.each(ways)("that %s", async (_name, way) => {
        await apply(stage, way);
        const seen = await life(runtime, way);
        expect(seen.effect).toBe(expected(way, stage, runtime));
        const end = seen.events.find((event): event is EndEvent => event.kind === "end");
        // A runtime that cannot mount what the injector promised says so itself: the guard never ran.
        if (way.gone && stage === "startContainer") expect(end).toBeUndefined();
        else checkRecord(seen.events, end, way, stage);
        expect(await survivors()).toEqual([]);
        if (seen.effect === "create fails" && stage === "startContainer") await sweep();
        expect(await leftovers(root.root)).toEqual([]);
      });
    });

/** One definition: the way's script, at that stage, for every container. */
async function apply(stage: RuntimeStage, way: Way): Promise<void> {
  await applyPlan(root.root, {
    hook: {
      version: "1.0.0",
      hook: {
        path: "/usr/bin/busybox",
        args: ["sh", "-c", way.script],
        env: ["PATH=/usr/bin:/bin"],
        timeout: 1,
      },
      when: { always: true },
      stages: [stage],
    },
  });
  if (way.gone) removeHookProgram();
}

/** Takes the hook's program out of the store, as a careless administrator would. */
function removeHookProgram(): void {
  const size = Bun.file("/usr/bin/busybox").size;
  for (const name of readdirSync(root.store)) {
    const path = `${root.store}/${name}`;
    if (Bun.file(path).size !== size) continue;
    Bun.spawnSync(["chattr", "-f", "-i", path], { stderr: "ignore" });
    rmSync(path);
  }
}

/** create, start, wait, delete, through the wrapper. */
async function life(runtime: RuntimeName, way: Way): Promise<{ effect: Effect; events: HookEvent[] }> {
  const bundle = makeBundle(`${root.work}/bundle`, {
    args: ["sh", "-c", "echo ran > /ran"],
    tweak: (config) => {
      if (way.state !== undefined) config.annotations = { "org.example.large": "x".repeat(way.state) };
    },
  });
  const via = { via: [program(`hookwright-${runtime}`)], limit: 10_000 };
  const created = await runRuntime(runtime, root.root, ["create", "-b", bundle, "matrix"], via);
  if (created.code === 0) {
    await runRuntime(runtime, root.root, ["start", "matrix"], via);
    await stopped(runtime);
  }
  await runRuntime(runtime, root.root, ["delete", "-f", "matrix"], via);
  if (created.code !== 0 && way.result === "ok") throw new Error(created.stderr);
  const ran = existsSync(`${bundle}/rootfs/ran`);
  return {
    effect: ran ? "only recorded" : created.code === 0 ? "start fails" : "create fails",
    events: events(),
  };
}

/** crun runs no poststop after a failed create, so what was made for the container goes with the next `apply`. */
async function sweep(): Promise<void> {
  rmSync(`${root.work}/bundle`, { recursive: true });
  const command = await hidingHybrid([program("hookwright"), "apply"]);
  expect((await run(command, { env: { HOOKWRIGHT_ROOT: root.root } })).code).toBe(0);
}

async function stopped(runtime: RuntimeName): Promise<void> {
  const end = performance.now() + 5_000;
  while (performance.now() < end) {
    const state = await runRuntime(runtime, root.root, ["state", "matrix"]);
    if (state.code !== 0 || /"status": *"stopped"/.test(state.stdout)) return;
    await Bun.sleep(20);
  }
}

function events(): HookEvent[] {
  if (!existsSync(root.events)) return [];
  const lines = readFileSync(root.events, "utf8").trimEnd().split("\n");
  return lines.map((line): HookEvent => JSON.parse(line));
}

function expected(way: Way, stage: RuntimeStage, runtime: RuntimeName): Effect {
  if (way.result === "ok") return "only recorded";
  return way.gone && stage === "startContainer" ? "create fails" : EFFECT[stage][runtime];
}

function checkRecord(all: HookEvent[], end: EndEvent | undefined, way: Way, stage: RuntimeStage): void {
  expect(all.map((event) => event.kind)).toEqual(["start", "end"]);
  expect(all[0]?.run).toBe(end?.run ?? "");
  expect(end?.stage).toBe(stage === "prestart" ? "createRuntime" : stage);
  expect([end?.result, end?.reason]).toEqual([way.result, way.reason]);
  expect((end?.killed ?? 0) > 0).toBe(way.kills === true);
  expect(end?.dur_ms).toBeLessThan(1250);
  expect((end?.stdout.tail.length ?? 0) <= 4096).toBe(true);
}
