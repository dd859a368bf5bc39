/** A11: a program that is setuid, setgid or has file capabilities gains what its starter did not give. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, copyFileSync } from "node:fs";
import { primitive } from "../../src/host/bun.ts";
import { bind } from "../../src/linux/primitive.ts";
import { setXattr } from "../../src/linux/xattr.ts";
import { injectedHook, lastEnd, runGuard, shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { storedHook } from "../support/store.ts";

bind(primitive);
let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const GAIN: [string, (path: string) => void][] = [
  ["setuid", (path) => chmodSync(path, 0o4755)],
  ["setgid", (path) => chmodSync(path, 0o2755)],
  ["file capabilities", capabilities],
];

test.each(GAIN)("A11: apply refuses a program with %s", async (_kind, gain) => {
  copyFileSync("/usr/bin/busybox", `${root.work}/hook`);
  gain(`${root.work}/hook`);
  const { code, stderr, stdout } = await tryApply(root, shellHook("true", { path: `${root.work}/hook` }));
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("unsafe-program");
});

test.each(GAIN)("A11: the guard refuses a stored program that got %s", async (_kind, gain) => {
  const made = await injectedHook(root, "exit 0");
  gain(storedHook(root, made));
  expect((await runGuard(made)).code).toBe(126);
  expect(lastEnd(root)?.result).toBe("denied");
});

/** cap_net_admin, permitted and effective: struct vfs_cap_data, version 2. */
function capabilities(path: string): void {
  const value = [0, 0, 0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  value[0] = 1;
  setXattr(path, "security.capability", new Uint8Array(value));
}
