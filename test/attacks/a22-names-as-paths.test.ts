/** A22: what a container calls itself must not choose a file: ids and bundles with `../` stay below our own directories. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test.each(["../../../escaped", "/etc/escaped", "..", "a/b\u0000c"])("A22: container id %j", async (id) => {
  const made = await injectedHook(root, "exit 0");
  const before = tree(root.root);
  const state = JSON.stringify({ ...JSON.parse(made.state), id });
  await runGuard(made, state);
  expect(lastEnd(root)?.container.id).toBe(id);
  const added = tree(root.root).filter((path) => !before.includes(path));
  for (const path of added) expect(path).toMatch(/^(run|var|var\/log|(run|var\/log)\/hookwright(\/.*)?)$/);
  for (const path of added) expect(path).not.toContain("escaped");
});

function tree(dir: string): string[] {
  return readdirSync(dir, { recursive: true })
    .map(String)
    .filter((path) => !path.includes("rootfs"))
    .sort();
}
