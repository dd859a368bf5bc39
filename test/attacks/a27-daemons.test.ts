/** A27: a hook that makes itself a daemon: setsid, double fork, a group of its own. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const ESCAPES: [string, string][] = [
  ["setsid", "setsid sleep 60 & sleep 0.05"],
  ["a double fork", "(setsid sh -c 'sleep 60 & exec sleep 60' &) ; sleep 0.05"],
  ["nohup", "nohup setsid sleep 60 >/dev/null 2>&1 & sleep 0.05"],
];

test.each(ESCAPES)("A27: %s is found and ended when the hook exits", async (_name, script) => {
  const made = await injectedHook(root, `${script}; exit 0`);
  const outcome = await runGuard(made);
  expect(outcome.code).toBe(0);
  expect(outcome.ms).toBeLessThan(2000);
  expect(lastEnd(root)?.killed).toBeGreaterThan(0);
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
});

test.each(ESCAPES)("A27: %s is found and ended at the timeout", async (_name, script) => {
  const made = await injectedHook(root, `${script}; sleep 60`, { timeout: 1 });
  expect((await runGuard(made)).code).toBe(124);
  expect(lastEnd(root)?.dur_ms).toBeLessThan(1250);
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
});
