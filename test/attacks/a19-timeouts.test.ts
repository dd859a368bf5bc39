/** A19: timeouts that one runtime takes for "none", another for "at once", and a third does not parse. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { shellHook, tryApply } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const BAD = ["0", "-1", "1e309", '"5"', "1.5", "2147483648", "31", "[]"];

test.each(BAD)("A19: timeout %s is refused, with its place", async (timeout) => {
  const text = JSON.stringify(shellHook("true", { timeout: "TIMEOUT" }), null, 2).replace(
    '"TIMEOUT"',
    timeout,
  );
  const { code, stderr, stdout } = await tryApply(root, text);
  expect(code).toBe(1);
  expect(stderr + stdout).toMatch(/attack\.json:\d+:\d+: [a-z-]+: /);
});

test.each([1, 30])("A19: timeout %d is accepted", async (timeout) => {
  expect((await tryApply(root, shellHook("true", { timeout }))).code).toBe(0);
});
