/** A10: a program that somebody else owns is somebody else's program. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, copyFileSync } from "node:fs";
import { injectedHook, lastEnd, runGuard, shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { storedHook } from "../support/store.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A10: apply refuses a hook that uid 1000 owns", async () => {
  copyFileSync("/usr/bin/busybox", `${root.work}/hook`);
  chownSync(`${root.work}/hook`, 1000, 0);
  const { code, stderr, stdout } = await tryApply(root, shellHook("true", { path: `${root.work}/hook` }));
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("unsafe-owner");
});

test("A10: the guard refuses a stored program that was given away", async () => {
  const made = await injectedHook(root, "exit 0");
  chownSync(storedHook(root, made), 1000, 0);
  expect((await runGuard(made)).code).toBe(126);
  expect(lastEnd(root)?.result).toBe("denied");
});
