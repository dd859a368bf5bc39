/**
 * A34: a hook that turns on its guard. The guard is two processes: the hook's parent and the one that the runtime
 * started. A hook that is root can kill either; the other ends the tree and records it. Against a root hook that kills
 * both there is no defence in a process, and SECURITY.md says so.
 */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, records, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A34: the hook kills its parent", async () => {
  const made = await injectedHook(root, "setsid sleep 60 & kill -9 $PPID; sleep 60");
  const outcome = await runGuard(made);
  expect(outcome.code).not.toBe(0);
  expect(outcome.ms).toBeLessThan(3000);
  expect(records(root).map(({ kind }) => kind)).toEqual(["start", "end"]);
  expect(lastEnd(root)?.result).not.toBe("ok");
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
});

test("A34: the hook stops its parent", async () => {
  const made = await injectedHook(root, "kill -STOP $PPID; sleep 60", { timeout: 1 });
  const outcome = await runGuard(made);
  expect(outcome.code).not.toBe(0);
  expect(outcome.ms).toBeLessThan(3000);
  expect(await survivors(1000)).toEqual([]);
});

test("A34: the hook rewrites its own start record; the end record still tells digest and result", async () => {
  const made = await injectedHook(root, `echo '{}' > ${root.events}; exit 3`);
  expect((await runGuard(made)).code).toBe(3);
  expect(lastEnd(root)).toMatchObject({ result: "fail", exit: 3 });
});
