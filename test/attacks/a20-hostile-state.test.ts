/** A20: states as large, broken or sly as a runtime or a pod author can make them. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { injectedHook, lastEnd, records, runGuard } from "../support/attack.ts";
import type { Injected } from "../support/injected.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

type Make = (base: Record<string, unknown>) => string | Uint8Array;
const large = "x".repeat(240 * 1024);

/** States that are no reason to fail: the hook runs and gets the same bytes. */
const TOLERATED: [string, Make][] = [
  ["240 KiB of annotations", (base) => JSON.stringify({ ...base, annotations: { large } })],
  [
    "invalid UTF-8 in an annotation",
    (base) => bytes(JSON.stringify({ ...base, annotations: { a: "\u0001@" } })),
  ],
  ["crun's pid 0", (base) => JSON.stringify({ ...base, pid: 0 })],
  ["Kata's missing version, status and pid", ({ id, bundle }) => JSON.stringify({ id, bundle })],
  ["a __proto__ key", (base) => JSON.stringify(base).replace("{", '{"__proto__":{"id":"other"},')],
  [
    "a constructor key",
    (base) => JSON.stringify({ ...base, constructor: { prototype: { polluted: true } } }),
  ],
  ["annotations null", (base) => JSON.stringify({ ...base, annotations: null })],
];

/** States that say nothing: refused with one line, never a crash. */
const REFUSED: [string, Make][] = [
  ["nothing at all", () => ""],
  ["a truncated object", (base) => JSON.stringify(base).slice(0, -2)],
  ["an array", () => "[]"],
  ["100,000 nested arrays", () => "[".repeat(100_000)],
];

test.each(TOLERATED)("A20: %s reaches the hook unchanged", async (_name, make) => {
  const made = await injectedHook(root, `cat > ${root.work}/seen`);
  const state = make(JSON.parse(made.state));
  const outcome = await runGuard(made, state);
  expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
  expect(Buffer.compare(readFileSync(`${root.work}/seen`), Buffer.from(state))).toBe(0);
  expect(lastEnd(root)?.container.id).toBe("injected");
});

test.each(REFUSED)("A20: %s is refused by one clear line", async (_name, make) => {
  const made: Injected = await injectedHook(root, "exit 0");
  const outcome = await runGuard(made, make(JSON.parse(made.state)));
  expect([125, 126]).toContain(outcome.code ?? 0);
  expect(outcome.stderr).toContain("state");
  expect(outcome.stderr).not.toContain("internal error");
  expect(records(root).filter(({ kind }) => kind === "end")).toHaveLength(1);
});

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text), (byte) => (byte === 0x40 ? 0xff : byte));
}
