/** A9: whoever may write an ancestor directory may put another file in place; an ACL grants that without showing in the mode. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { injectedHook, lastEnd, runGuard, shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const OPEN: [string, (dir: string) => void][] = [
  ["group-writable", (dir) => chmodSync(dir, 0o775)],
  ["world-writable", (dir) => chmodSync(dir, 0o757)],
  ["world-writable and sticky", (dir) => chmodSync(dir, 0o1777)],
  ["writable by an ACL entry", (dir) => acl(dir)],
];

test.each(OPEN)("A9: apply refuses a hook below a directory that is %s", async (_kind, open) => {
  mkdirSync(`${root.work}/a/b`, { recursive: true });
  copyFileSync("/usr/bin/busybox", `${root.work}/a/b/hook`);
  open(`${root.work}/a`);
  const { code, stderr, stdout } = await tryApply(root, shellHook("true", { path: `${root.work}/a/b/hook` }));
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("unsafe-mode");
});

test.each(OPEN)(
  "A9: the guard refuses to run from a store below a directory that became %s",
  async (_kind, open) => {
    const made = await injectedHook(root, "exit 0");
    open(root.state);
    expect((await runGuard(made)).code).toBe(126);
    expect(lastEnd(root)?.result).toBe("denied");
  },
);

function acl(path: string): void {
  const set = Bun.spawnSync(["setfacl", "-m", "u:1000:rwx", path]);
  expect(set.exitCode).toBe(0);
}
