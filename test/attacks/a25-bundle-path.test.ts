/** A25: the state names a bundle that is a link, somebody else's, or below /proc: the guard only records it, and never goes there. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A25: no file is made or read through the bundle's path", async () => {
  const made = await injectedHook(root, "exit 0");
  mkdirSync(`${root.work}/elsewhere`);
  symlinkSync("elsewhere", `${root.work}/link`);
  for (const bundle of [`${root.work}/link`, "/proc/self/root", "/proc/1/cwd", "relative", ""]) {
    const outcome = await runGuard(made, JSON.stringify({ ...JSON.parse(made.state), bundle }));
    expect(outcome.code).toBe(0);
    expect(lastEnd(root)?.container.bundle).toBe(bundle);
  }
  expect(readdirSync(`${root.work}/elsewhere`)).toEqual([]);
});
