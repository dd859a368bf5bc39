/** A6: between check and exec, the file is overwritten in place. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { storedHook } from "../support/store.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A6: while the stored program is overwritten in place all the time, only the reviewed bytes ever run", async () => {
  copyFileSync("/usr/bin/busybox", `${root.work}/hook`);
  const made = await injectedHook(root, "exit 0", {
    path: `${root.work}/hook`,
    args: ["busybox", "sh", "-c", "exit 0"],
  });
  const path = storedHook(root, made);
  const good = await Bun.file("/usr/bin/busybox").bytes();
  const evil = `#!/usr/bin/busybox sh\ntouch ${root.work}/marker\n`;
  let writing = true;
  const writer = (async () => {
    for (let turn = 0; writing; turn++) {
      writeFileSync(path, turn % 2 === 0 ? evil : good);
      await Bun.sleep(0);
    }
  })();
  const results = new Set<string>();
  for (let turn = 0; turn < 60; turn++) {
    await runGuard(made);
    results.add(`${lastEnd(root)?.result} ${lastEnd(root)?.reason ?? ""}`.trim());
  }
  writing = false;
  await writer;
  expect(existsSync(`${root.work}/marker`)).toBe(false);
  for (const result of results) expect(["ok", "denied digest_mismatch"]).toContain(result);
});
