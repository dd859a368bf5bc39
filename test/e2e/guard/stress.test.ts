/**
 * Many guards at once, and guards that are killed at any moment. The log has as many start and end records as there were
 * runs, none torn; whatever is killed, the hook's tree is gone within the grace and plan and log stay readable.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import type { EndEvent, HookEvent } from "../../../src/spec/event.ts";
import { environmentOf, type Injected, injected } from "../../support/injected.ts";
import { hookwright } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { becomeSubreaper, leftovers, survivors } from "../../support/survivors.ts";

const RUNS = 2000;
const AT_ONCE = 32;
const KILLS = 200;

let root: TempRoot;
beforeAll(() => {
  root = tempRoot();
  becomeSubreaper();
});
afterAll(() => root.remove());

function definition(script: string, more: object = {}): object {
  const hook = {
    path: "/usr/bin/busybox",
    args: ["sh", "-c", script],
    env: ["PATH=/usr/bin:/bin"],
    timeout: 5,
  };
  return { version: "1.0.0", hook, when: { always: true }, stages: ["createRuntime"], ...more };
}

function start({ hook, state }: Injected): Bun.Subprocess<Uint8Array, "ignore", "ignore"> {
  return Bun.spawn([hook.path, ...(hook.args ?? []).slice(1)], {
    argv0: hook.args?.[0] ?? "",
    env: environmentOf(hook),
    stdin: new TextEncoder().encode(state),
    stdout: "ignore",
    stderr: "ignore",
  });
}

function events(): HookEvent[] {
  const lines = readFileSync(root.events, "utf8").trimEnd().split("\n");
  return lines.map((line): HookEvent => JSON.parse(line));
}

describe("guards under load", () => {
  test(`${RUNS} runs, ${AT_ONCE} at a time, leave ${RUNS} start and ${RUNS} end records, none torn`, async () => {
    // The container's budget is spent by all of them together, so each worker's share of it must do.
    const made = await injected(root, definition("exit 0"), "createRuntime");
    let left = RUNS;
    const codes = new Map<number | null, number>();
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const child = start({ ...made, state: made.state.replace('"injected"', `"load-${left}"`) });
        await child.exited;
        codes.set(child.exitCode, (codes.get(child.exitCode) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect([...codes]).toEqual([[0, RUNS]]);
    const all = events();
    expect(all.filter(({ kind }) => kind === "start")).toHaveLength(RUNS);
    const ends = all.filter((event): event is EndEvent => event.kind === "end");
    expect(ends).toHaveLength(RUNS);
    expect(new Set(ends.map(({ run }) => run)).size).toBe(RUNS);
    expect(ends.every(({ result }) => result === "ok")).toBe(true);
    expect(await survivors()).toEqual([]);
    expect(await leftovers(root.root)).toEqual([]);
  }, 120_000);

  test(`kill -9 at ${KILLS} random moments: no process outlives the grace, plan and log stay whole`, async () => {
    rmSync(root.events, { force: true });
    const made = await injected(root, definition("sleep 30 & setsid sleep 30 & sleep 30"), "createRuntime");
    for (let at = 0; at < KILLS; at++) {
      const child = start({ ...made, state: made.state.replace('"injected"', `"kill-${at}"`) });
      await Bun.sleep(Math.random() * 12);
      child.kill("SIGKILL");
      await child.exited;
      if (at % 20 === 19) expect(await survivors(1000)).toEqual([]);
    }
    expect(await survivors(1000)).toEqual([]);
    expect(await leftovers(root.root)).toEqual([]);
    const all = events();
    for (const { run, kind } of all)
      if (kind === "start") expect(all.some((event) => event.kind === "end" && event.run === run)).toBe(true);
    expect((await hookwright(root.root, ["status"])).code).toBe(0);
  }, 120_000);
});
