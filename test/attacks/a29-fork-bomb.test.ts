/** A29: a hook that forks as fast as it can is ended whole. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A29: hundreds of processes are gone by the timeout", async () => {
  const bomb = "i=0; while [ $i -lt 300 ]; do (setsid sleep 60 &) ; i=$((i+1)); done; sleep 60";
  const made = await injectedHook(root, bomb, { timeout: 2 });
  expect((await runGuard(made)).code).toBe(124);
  const end = lastEnd(root);
  expect(end?.dur_ms).toBeLessThan(2250);
  expect(end?.killed).toBeGreaterThan(100);
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
});
