/** A8: a hard link of a trusted program in a directory that others may write can be replaced by them. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, copyFileSync, linkSync, mkdirSync } from "node:fs";
import { shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A8: the link is refused because of its directory, although the file itself is sound", async () => {
  copyFileSync("/usr/bin/busybox", `${root.work}/sound`);
  mkdirSync(`${root.work}/open`);
  linkSync(`${root.work}/sound`, `${root.work}/open/hook`);
  chmodSync(`${root.work}/open`, 0o777);
  const { code, stderr, stdout } = await tryApply(
    root,
    shellHook("true", { path: `${root.work}/open/hook` }),
  );
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("unsafe-mode");
  expect(
    (await tryApply(root, shellHook("true", { path: `${root.work}/sound`, args: ["sh", "-c", "true"] })))
      .code,
  ).toBe(0);
});
