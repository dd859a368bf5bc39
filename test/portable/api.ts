/**
 * The test API of portable tests: tests that run on both engines, under `bun test` and inside hookwright-host. A test
 * file imports only this and portable modules. Importing it binds the engine's primitive, so src/linux works at once.
 * Here it is bun:test; `scripts/portable-tests` puts `quickjs.ts`, which has the same exports, in its place.
 */

import { test as bunTest, expect } from "bun:test";
import { primitive } from "../../src/host/bun.ts";
import { bind } from "../../src/linux/primitive.ts";

bind(primitive);

/** The engine that runs the tests. */
export const engine: "bun" | "quickjs" = "bun";

/** Registers a test; it may be asynchronous. */
export function test(name: string, fn: () => void | Promise<void>): void {
  bunTest(name, fn);
}

/** Registers a test that does not run here; `reason` is shown with the results. */
export function skip(name: string, reason: string): void {
  bunTest.skip(`${name} (skipped: ${reason})`, () => {});
}

/** Fails unless both are the same value (`Object.is`). */
export function equal<T>(actual: T, expected: T, message?: string): void {
  expect(actual, message).toBe(expected);
}

/** Fails unless both have the same structure: arrays, typed arrays, plain objects, and values compared by `Object.is`. */
export function deepEqual<T>(actual: T, expected: T, message?: string): void {
  expect(actual, message).toEqual(expected);
}

/** Fails unless `value` is truthy. */
export function ok(value: unknown, message?: string): asserts value {
  expect(value, message).toBeTruthy();
}

/** Fails unless `fn` throws; returns what it threw. `part` must occur in the message of the error. */
export function throws(fn: () => unknown, part = ""): unknown {
  let thrown: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  expect(thrown, "nothing was thrown").toBeDefined();
  if (part !== "") expect(String(thrown?.error)).toContain(part);
  return thrown?.error;
}
