/** A4: what runs is chosen by an absolute path at `apply`, never by a PATH that somebody plants later. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { guardCommand, injectedHook, runGuard, shellHook, tryApply } from "../support/attack.ts";
import { environmentOf } from "../support/injected.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A4: a relative path is refused", async () => {
  const { code, stderr, stdout } = await tryApply(root, shellHook("true", { path: "busybox" }));
  expect(code).toBe(1);
  expect(stderr + stdout).toContain("relative-path");
});

test("A4: a program of the same name, first on the guard's PATH, is not run", async () => {
  const evil = `${root.work}/evil`;
  mkdirSync(evil);
  for (const name of ["busybox", "sh"])
    writeFileSync(`${evil}/${name}`, `#!/bin/sh\ntouch ${root.work}/marker\n`, { mode: 0o755 });
  const made = await injectedHook(root, "exit 0");
  const env = { ...environmentOf(made.hook), PATH: evil };
  const outcome = await run(
    ["/usr/bin/env", ...Object.entries(env).map(([k, v]) => `${k}=${v}`), ...guardPath(made.hook)],
    {
      stdin: made.state,
    },
  );
  expect(outcome.code).toBe(0);
  expect(existsSync(`${root.work}/marker`)).toBe(false);
  expect((await runGuard(made)).code).toBe(0);
});

function guardPath(hook: Parameters<typeof guardCommand>[0]): string[] {
  return ["/usr/bin/bash", ...guardCommand(hook).slice(1)];
}
