/** Checking profiles against recordings: refusals with their reason, values of arguments, and what stays in doubt. */

import { describe, expect, test } from "bun:test";
import type { Recording } from "../../spec/recording.ts";
import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { check } from "./check.ts";
import type { Target } from "./evaluate.ts";

const target: Target = { arch: "x86_64", caps: [] };
const deny = (...syscalls: SeccompRule[]): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  architectures: ["SCMP_ARCH_X86_64"],
  syscalls,
});
const allow = (...names: string[]): SeccompRule => ({ names, action: "SCMP_ACT_ALLOW" });
const recording = (more: Partial<Recording>): Recording => ({
  version: 1,
  container: {},
  boundary: "permissive",
  started: "2026-11-23T10:00:00.000Z",
  ended: "2026-11-23T10:00:01.000Z",
  complete: true,
  machine: { arch: "x86_64", kernel: "6.18" },
  calls: { x86_64: { allowed: ["mkdir", "read"], refused: [], unknown: [] } },
  outOfRange: 0,
  ...more,
});

describe("a profile", () => {
  test("that has every call would not have broken the run", () => {
    expect(check(deny(allow("read", "mkdir")), recording({}), target)).toEqual({
      broken: "no",
      refusals: [],
      nowAllowed: [],
      doubts: [],
    });
  });

  test("that lacks a call would have: by its default, or by a rule", () => {
    const refused: SeccompRule = { names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 13 };
    const { broken, refusals } = check(deny(allow("write"), refused), recording({}), target);
    expect(broken).toBe("yes");
    expect(refusals).toMatchObject([
      { abi: "x86_64", name: "mkdir", errno: 13, by: "the rule /syscalls/1", certain: true },
      { abi: "x86_64", name: "read", errno: 1, by: "the default action" },
    ]);
  });

  test("without the architecture kills", () => {
    const run = recording({ calls: { i386: { allowed: ["getpid"], refused: [], unknown: [] } } });
    expect(check(deny(allow("getpid")), run, target).refusals).toMatchObject([
      { abi: "i386", action: "SCMP_ACT_KILL_THREAD", by: "SCMP_ARCH_X86 is not in the profile" },
    ]);
  });

  test("may let through what was refused", () => {
    const run = recording({
      calls: { x86_64: { allowed: ["read"], refused: ["mkdir", "mount"], unknown: [] } },
    });
    expect(check(deny(allow("read", "mkdir")), run, target).nowAllowed).toEqual([
      { abi: "x86_64", name: "mkdir" },
    ]);
  });

  test("is in doubt about numbers without a name", () => {
    const run = recording({ calls: { x86_64: { allowed: [], refused: [], unknown: [600] } }, outOfRange: 2 });
    const report = check(deny(allow("write")), run, { ...target, runtime: "runc" });
    expect(report).toMatchObject({ broken: "perhaps", refusals: [{ nr: 600, errno: 38, certain: false }] });
    expect(report.doubts).toEqual([
      "No table has a name for the calls 600 (x86_64).",
      "2 calls had numbers that the recorder does not keep.",
    ]);
    expect(report.refusals[0]).not.toHaveProperty("name");
  });
});

describe("argument values", () => {
  const socket = { abi: "x86_64", syscall: "socket", index: 0, more: false, refused: false } as const;
  const when = (value: number, index = 0): SeccompRule => ({
    names: ["socket"],
    action: "SCMP_ACT_ALLOW",
    args: [{ index, value, op: "SCMP_CMP_EQ" }],
  });
  const run = (...args: NonNullable<Recording["arguments"]>) =>
    recording({ calls: { x86_64: { allowed: ["socket"], refused: [], unknown: [] } }, arguments: args });

  test("are each put to the rules", () => {
    const report = check(deny(when(2)), run({ ...socket, values: [2, 16] }), target);
    expect(report).toMatchObject({
      broken: "yes",
      refusals: [{ name: "socket", argument: { index: 0, value: 16 } }],
    });
    expect(report.refusals).toHaveLength(1);
    expect(check(deny(when(2), when(16)), run({ ...socket, values: [2, 16] }), target).broken).toBe("no");
    expect(check(deny(when(1)), run({ ...socket, values: [2, 16] }), target).refusals).toHaveLength(1);
  });

  test("that nobody recorded leave a doubt", () => {
    expect(check(deny(when(2)), run(), target)).toMatchObject({
      broken: "perhaps",
      refusals: [{ name: "socket", certain: false, by: "the default action" }],
    });
    expect(check(deny(when(2)), run({ ...socket, values: [2], more: true }), target).broken).toBe("perhaps");
  });

  test("that may not have come together leave a doubt", () => {
    const both: SeccompRule = {
      names: ["socket"],
      action: "SCMP_ACT_ALLOW",
      args: [
        { index: 0, value: 2, op: "SCMP_CMP_EQ" },
        { index: 1, value: 1, op: "SCMP_CMP_EQ" },
      ],
    };
    const mixed = run({ ...socket, values: [2, 16] }, { ...socket, index: 1, values: [1, 3] });
    expect(check(deny(both, when(16)), mixed, target).refusals).toMatchObject(
      [{ name: "socket", argument: undefined, certain: false }].map(({ argument: _, ...rest }) => rest),
    );
    expect(check(deny(both), mixed, target).refusals).toMatchObject([
      { argument: { index: 0, value: 16 }, certain: true },
      { argument: { index: 1, value: 3 }, certain: true },
    ]);
  });
});

test("a recording says how little it says", () => {
  const run = recording({
    boundary: "own-profile",
    complete: false,
    calls: { x86_64: { allowed: [], refused: ["mount"], unknown: [] } },
  });
  expect(check(deny(), run, target).doubts).toHaveLength(2);
  expect(check(deny(), recording({ boundary: "exec" }), target).doubts).toHaveLength(1);
  expect(check(deny(), recording({ boundary: "attach" }), target).doubts).toHaveLength(1);
});

test("a tracer or an agent may let a call through", () => {
  const traced: SeccompRule = { names: ["mkdir"], action: "SCMP_ACT_NOTIFY" };
  expect(check(deny(allow("read"), traced), recording({}), target)).toMatchObject({
    broken: "perhaps",
    refusals: [{ name: "mkdir", action: "SCMP_ACT_NOTIFY", certain: false }],
  });
});
