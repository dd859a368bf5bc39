/**
 * The portable test API inside hookwright-host: same exports as `api.ts`. Tests run in the order of registration once
 * all files are loaded, one line each on stdout, then the count that scripts/test adds up.
 */

import { host } from "../../src/host/quickjs.ts";
import { bind, type SyscallArgument } from "../../src/linux/primitive.ts";
import { beyondEmulation } from "./emulator.ts";

export const engine: "bun" | "quickjs" = "quickjs";

/** Set by scripts/portable-tests under an emulator. */
const emulated = host.env.includes("HOOKWRIGHT_TEST_EMULATED=1");

const ENOSYS = 38;
/** A system call that the emulator did not know during the test that runs now. */
let unknownCall: number | undefined;

function noteUnknown(nr: number, ...args: SyscallArgument[]): number {
  const result = host.syscall(nr, ...args);
  if (result === -ENOSYS) unknownCall = nr;
  return result;
}

bind(emulated ? Object.create(host, { syscall: { value: noteUnknown } }) : host);

interface Case {
  name: string;
  fn: (() => void | Promise<void>) | undefined;
  reason?: string;
}

const cases: Case[] = [];

export function test(name: string, fn: () => void | Promise<void>): void {
  cases.push({ name, fn });
}

export function skip(name: string, reason: string): void {
  cases.push({ name, fn: undefined, reason });
}

export function equal<T>(actual: T, expected: T, message?: string): void {
  if (!Object.is(actual, expected)) fail(actual, expected, message);
}

export function deepEqual<T>(actual: T, expected: T, message?: string): void {
  if (!same(actual, expected)) fail(actual, expected, message);
}

export function ok(value: unknown, message?: string): asserts value {
  if (!value) throw new Error(`${message ?? "not ok"}: ${show(value)}`);
}

export function throws(fn: () => unknown, part = ""): unknown {
  let thrown: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  if (thrown === undefined) throw new Error("nothing was thrown");
  if (!String(thrown.error).includes(part))
    throw new Error(`${String(thrown.error)}: does not contain ${show(part)}`);
  return thrown.error;
}

/** Runs what was registered; prints a line for each and `N passed, N failed, N skipped`. Returns how many failed. */
export async function runTests(): Promise<number> {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { name, fn, reason } of cases) {
    if (fn === undefined) {
      skipped++;
      print(`skip ${name}: ${reason}`);
      continue;
    }
    unknownCall = undefined;
    try {
      await fn();
      passed++;
      print(`ok ${name}`);
    } catch (error) {
      const beyond = emulated ? beyondEmulation(name, unknownCall) : undefined;
      if (beyond !== undefined) {
        skipped++;
        print(`skip ${name}: ${beyond}`);
        continue;
      }
      failed++;
      print(`FAIL ${name}\n  ${String(error)}\n${error instanceof Error ? (error.stack ?? "") : ""}`);
    }
  }
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed;
}

function print(line: string): void {
  const WRITE = host.arch === "x86_64" ? 1 : 64;
  let bytes = host.encode(`${line}\n`);
  while (bytes.length > 0) {
    const written = host.syscall(WRITE, 1, bytes, bytes.length);
    if (written <= 0) return;
    bytes = bytes.subarray(written);
  }
}

function fail(actual: unknown, expected: unknown, message = "not equal"): never {
  throw new Error(`${message}: got ${show(actual)}, expected ${show(expected)}`);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes [${Array.from(value).join(" ")}]`;
  return (typeof value === "object" && value !== null ? JSON.stringify(value) : undefined) ?? String(value);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map) return same([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return same([...a], [...b]);
  const left = defined(a);
  const right = defined(b);
  return (
    left.length === right.length &&
    left.every(([key, value], i) => right[i]?.[0] === key && same(value, right[i]?.[1]))
  );
}

/** Own properties that are not undefined, sorted: as `toEqual` of bun:test compares them. */
function defined(value: object): [string, unknown][] {
  const pairs = Object.entries(value).filter(([, v]) => v !== undefined);
  return pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
