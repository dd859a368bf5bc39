/** A30: 200 MB of output, without a newline, binary or full of escapes: bounded in memory, in the log and on the terminal. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { injectedHook, lastEnd, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A30: 200 MB are counted, and the last 4096 bytes kept", async () => {
  const made = await injectedHook(root, "dd if=/dev/zero bs=1M count=200 2>/dev/null; exit 1", {
    timeout: 20,
  });
  const outcome = await runGuard(made);
  expect(outcome.code).toBe(1);
  const end = lastEnd(root);
  expect(end?.stdout.bytes).toBe(200 * 1024 * 1024);
  expect(Buffer.byteLength(end?.stdout.tail ?? "")).toBeLessThanOrEqual(4096);
  expect(outcome.stderr.length).toBeLessThan(32 * 1024);
});

test("A30: escapes and bytes that are no text do not reach the runtime's message raw", async () => {
  const made = await injectedHook(root, "printf '\\033[2J\\377\\000evil\\r' >&2; exit 1");
  const outcome = await runGuard(made);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  expect(outcome.stderr).toContain("evil");
});
