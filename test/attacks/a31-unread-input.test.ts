/** A31: a hook that never reads more state than a pipe holds: crun would block past every timeout. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const state = (base: string): string =>
  JSON.stringify({ ...JSON.parse(base), annotations: { large: "x".repeat(240 * 1024) } });

test("A31: the hook exits without reading", async () => {
  const made = await injectedHook(root, "exit 0");
  const outcome = await runGuard(made, state(made.state));
  expect(outcome.code).toBe(0);
  expect(outcome.ms).toBeLessThan(2000);
});

test("A31: the hook neither reads nor ends", async () => {
  const made = await injectedHook(root, "sleep 60", { timeout: 1 });
  expect((await runGuard(made, state(made.state))).code).toBe(124);
  expect(lastEnd(root)?.dur_ms).toBeLessThan(1250);
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
});
