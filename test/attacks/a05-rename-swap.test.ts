/** A5: between check and exec, the file of that name becomes another one. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { storedHook } from "../support/store.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A5: while the stored program is swapped by rename all the time, only the reviewed bytes ever run", async () => {
  const made = await injectedHook(root, "exit 0", {
    path: `${await hookFile()}`,
    args: ["busybox", "sh", "-c", "exit 0"],
  });
  const path = storedHook(root, made);
  copyFileSync(path, `${root.work}/good`);
  let swapping = true;
  const swapper = (async () => {
    for (let turn = 0; swapping; turn++) {
      copyFileSync(turn % 2 === 0 ? evil() : `${root.work}/good`, `${path}.next`);
      renameSync(`${path}.next`, path);
      await Bun.sleep(0);
    }
  })();
  const results = new Set<string>();
  for (let turn = 0; turn < 60; turn++) {
    await runGuard(made);
    results.add(`${lastEnd(root)?.result} ${lastEnd(root)?.reason ?? ""}`.trim());
  }
  swapping = false;
  await swapper;
  expect(existsSync(`${root.work}/marker`)).toBe(false);
  for (const result of results) expect(["ok", "denied digest_mismatch", "error missing"]).toContain(result);
});

function evil(): string {
  const path = `${root.work}/evil`;
  if (!existsSync(path))
    writeFileSync(path, `#!/usr/bin/busybox sh\ntouch ${root.work}/marker\n`, { mode: 0o755 });
  return path;
}

async function hookFile(): Promise<string> {
  const path = `${root.work}/hook`;
  copyFileSync("/usr/bin/busybox", path);
  return path;
}
