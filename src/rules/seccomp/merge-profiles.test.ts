/** Merging profiles: by action, by condition, by architecture, and what a filter cannot say. */

import { describe, expect, test } from "bun:test";
import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { mergeProfiles } from "./merge-profiles.ts";

const deny = (syscalls: SeccompRule[], more: Partial<SeccompProfile> = {}): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 1,
  ...more,
  syscalls,
});
const allow = (...names: string[]): SeccompRule => ({ names, action: "SCMP_ACT_ALLOW" });
const when = (name: string, value: number): SeccompRule => ({
  names: [name],
  action: "SCMP_ACT_ALLOW",
  args: [{ index: 0, value, op: "SCMP_CMP_EQ" }],
});

describe("the union of profiles", () => {
  test("lets through what any of them does", () => {
    const { profile, notes } = mergeProfiles(
      [deny([allow("write", "read")]), deny([allow("openat", "read")])],
      "union",
    );
    expect(profile).toEqual(deny([allow("openat", "read", "write")]));
    expect(notes).toEqual([]);
  });

  test("keeps each condition as its own rule, unless the other allows the call anyway", () => {
    const a = deny([when("socket", 1), when("personality", 0)]);
    const b = deny([when("socket", 2), allow("personality")]);
    expect(mergeProfiles([a, b], "union").profile.syscalls).toEqual([
      allow("personality"),
      when("socket", 1),
      when("socket", 2),
    ]);
  });

  test("keeps an errno of a rule before that of a default", () => {
    const enosys: SeccompRule = { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 };
    expect(mergeProfiles([deny([allow("read")]), deny([enosys])], "union").profile.syscalls).toEqual([
      allow("read"),
      enosys,
    ]);
    expect(mergeProfiles([deny([allow("clone3")]), deny([enosys])], "union").profile.syscalls).toEqual([
      allow("clone3"),
    ]);
  });

  test("has the less restrictive default, and forbids what both forbid", () => {
    const open: SeccompProfile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["mount", "reboot"], action: "SCMP_ACT_KILL_PROCESS" }],
    };
    const { profile } = mergeProfiles([open, deny([allow("mount")])], "union");
    expect(profile).toEqual({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["reboot"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }],
    });
  });

  test("says what it cannot keep, and is then restrictive", () => {
    const open: SeccompProfile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["socket"], action: "SCMP_ACT_ERRNO" }],
    };
    const { profile, notes } = mergeProfiles([open, deny([when("socket", 1)])], "union");
    expect(profile.syscalls).toEqual([{ names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }]);
    expect(notes).toEqual([
      "socket: a filter with this default action cannot keep its conditions; it gets SCMP_ACT_ERRNO",
    ]);
  });

  test("keeps rules that ask about the host, comments, and unknown fields", () => {
    const guarded = { ...allow("clone3"), includes: { caps: ["CAP_SYS_ADMIN"] }, comment: "why", future: 1 };
    const a = deny([guarded], { listenerPath: "/run/x" });
    expect(mergeProfiles([a, deny([allow("read")])], "union").profile).toEqual({
      ...a,
      syscalls: [guarded, allow("read")],
    });
  });
});

describe("the intersection of profiles", () => {
  test("lets through what all of them do, each under its condition", () => {
    const a = deny([allow("read", "write", "socket"), when("personality", 0)]);
    const b = deny([allow("read"), when("socket", 1), when("personality", 0)]);
    expect(mergeProfiles([a, b], "intersect").profile.syscalls).toEqual([
      allow("read"),
      { ...when("socket", 1), names: ["personality"], args: [{ index: 0, value: 0, op: "SCMP_CMP_EQ" }] },
      when("socket", 1),
    ]);
  });

  test("forbids a call of which the conditions differ", () => {
    const { profile, notes } = mergeProfiles(
      [deny([when("socket", 1)]), deny([when("socket", 2)])],
      "intersect",
    );
    expect(profile.syscalls).toEqual([]);
    expect(notes[0]).toStartWith("socket: the profiles have different conditions");
  });

  test("takes the most restrictive action", () => {
    const kill: SeccompRule = { names: ["mount"], action: "SCMP_ACT_KILL_PROCESS" };
    expect(mergeProfiles([deny([allow("mount")]), deny([kill])], "intersect").profile.syscalls).toEqual([
      kill,
    ]);
  });
});

describe("architectures", () => {
  const x86 = { architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] };
  const map = {
    archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] }],
  };
  const arm = { architectures: ["SCMP_ARCH_AARCH64"] };
  const merged = (a: Partial<SeccompProfile>, b: Partial<SeccompProfile>, mode: "union" | "intersect") => {
    const { architectures, archMap } = mergeProfiles([deny([], a), deny([], b)], mode).profile;
    return archMap ?? architectures;
  };

  test("of a profile that names none are those of the other", () => {
    expect(merged(x86, {}, "intersect")).toEqual(x86.architectures);
    expect(merged({}, { architectures: [] }, "union")).toEqual([]);
  });

  test("unite and intersect, as lists and as a map", () => {
    expect(merged(x86, arm, "union")).toEqual([...x86.architectures, ...arm.architectures]);
    expect(() => merged(x86, arm, "intersect")).toThrow("one is for");
    expect(merged(map, x86, "intersect")).toEqual([
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
    ]);
    expect(merged(arm, map, "union")).toEqual([
      ...map.archMap,
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: [] },
    ]);
  });
});

test("a merge does not depend on how its rules were grouped, and repeats itself byte for byte", () => {
  const a = deny([allow("write"), allow("read"), when("socket", 2), when("socket", 1)]);
  const b = deny([when("socket", 1), allow("read", "write"), when("socket", 2)]);
  const text = (all: SeccompProfile[]) => JSON.stringify(mergeProfiles(all, "union").profile);
  expect(JSON.parse(text([a]))).toMatchObject({ syscalls: [{ names: ["read", "write"] }, {}, {}] });
  expect(text([a])).toBe(text([b]));
  expect(text([a, b])).toBe(text([b, a]));
  expect(text([a, a])).toBe(text([a]));
});
