/** A28: a hook that ignores SIGTERM, or has stopped itself, is ended all the same. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test.each([
  ["ignores SIGTERM", "trap '' TERM INT HUP; while :; do sleep 60; done"],
  ["stops itself", "kill -STOP $$"],
  ["stops its whole group", "sleep 60 & kill -STOP 0"],
  ["exits 0 on SIGTERM", "trap 'exit 0' TERM; sleep 60 & wait"],
])("A28: a hook that %s", async (_name, script) => {
  const made = await injectedHook(root, script, { timeout: 1 });
  expect((await runGuard(made)).code).toBe(124);
  const end = lastEnd(root);
  expect(end?.result).toBe("timeout");
  expect(end?.dur_ms).toBeLessThan(1250);
  expect(await survivors()).toEqual([]);
});
