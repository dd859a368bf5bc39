/** A7: a symbolic link in any component of a path can be pointed elsewhere: refused at `apply`, and in the store at run time. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { injectedHook, lastEnd, runGuard, shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { storedHook } from "../support/store.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test.each(["directory", "file"])("A7: apply refuses a hook behind a link: %s", async (kind) => {
  mkdirSync(`${root.work}/real`);
  copyFileSync("/usr/bin/busybox", `${root.work}/real/hook`);
  if (kind === "directory") symlinkSync("real", `${root.work}/link`);
  else {
    mkdirSync(`${root.work}/link`);
    symlinkSync("../real/hook", `${root.work}/link/hook`);
  }
  const { code, stderr, stdout } = await tryApply(
    root,
    shellHook("true", { path: `${root.work}/link/hook` }),
  );
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("unsafe-path");
});

test("A7: the guard refuses a stored program that has become a link", async () => {
  const made = await injectedHook(root, "exit 0");
  const path = storedHook(root, made);
  renameSync(path, `${root.work}/moved`);
  symlinkSync(`${root.work}/moved`, path);
  expect((await runGuard(made)).code).toBe(126);
  expect(lastEnd(root)?.result).toBe("denied");
});
