/** The difference of two profiles, and that every system call of the tables has a risk group of its own. */

import { describe, expect, test } from "bun:test";
import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { diffProfiles } from "./diff.ts";
import type { Target } from "./evaluate.ts";
import { namesOfAbi } from "./names.ts";
import { riskOf } from "./risk.ts";

const deny = (syscalls: SeccompRule[], more: Partial<SeccompProfile> = {}): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  ...more,
  syscalls,
});
const allow = (...names: string[]): SeccompRule => ({ names, action: "SCMP_ACT_ALLOW" });

test("every call of every table has a group", () => {
  const all = (["x86_64", "i386", "x32", "aarch64"] as const).flatMap((abi) => namesOfAbi(abi));
  expect(all.length).toBeGreaterThan(1000);
  expect([...new Set(all)].filter((name) => riskOf(name).id === "unknown")).toEqual([]);
  expect([riskOf("mount").id, riskOf("ptrace").id, riskOf("syscall_1f4").id]).toEqual([
    "escape",
    "tracing",
    "unknown",
  ]);
});

describe("the difference of two profiles", () => {
  test("is told by call, the gravest group first", () => {
    const before = deny([allow("read", "socket", "getpid")]);
    const after = deny([
      allow("mount", "read"),
      { ...allow("socket"), args: [{ index: 0, value: 2, op: "SCMP_CMP_EQ" }] },
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    ]);
    const difference = diffProfiles(before, after);
    expect(
      difference.groups.map(({ id, calls }) => [id, ...calls.map(({ name, change }) => `${name} ${change}`)]),
    ).toEqual([
      ["escape", "mount opens"],
      ["kernel", "clone3 changes"],
      ["network", "socket closes"],
      ["harmless", "getpid closes"],
    ]);
    expect(difference).toMatchObject({ same: false, opens: 1, closes: 2, changes: 1, otherCalls: undefined });
    expect(difference.groups[2]?.calls[0]).toEqual({
      name: "socket",
      change: "closes",
      before: { action: "SCMP_ACT_ALLOW", byDefault: false, when: [] },
      after: {
        action: "SCMP_ACT_ERRNO",
        errno: 1,
        byDefault: true,
        when: [{ condition: "arg0 = 2", action: "SCMP_ACT_ALLOW" }],
      },
    });
  });

  test("is none when the same is written differently", () => {
    const grouped = deny([allow("b", "a"), { names: ["c"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }]);
    expect(diffProfiles(grouped, deny([allow("a"), allow("b")], { defaultErrnoRet: 1 }))).toMatchObject({
      same: true,
      groups: [],
    });
  });

  test("has the default action and architectures", () => {
    const difference = diffProfiles(deny([], { architectures: ["SCMP_ARCH_X86"] }), {
      defaultAction: "SCMP_ACT_ALLOW",
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
    });
    expect(difference).toMatchObject({
      same: false,
      otherCalls: { before: { action: "SCMP_ACT_ERRNO", errno: 1 }, after: { action: "SCMP_ACT_ALLOW" } },
      architectures: { added: [], removed: ["SCMP_ARCH_X86"] },
      flags: { added: ["SECCOMP_FILTER_FLAG_LOG"], removed: [] },
    });
  });

  test("against a profile that asks about the host is that on the target", () => {
    const docker = deny(
      [
        { ...allow("mount"), includes: { caps: ["CAP_SYS_ADMIN"] } },
        { ...allow("ptrace"), includes: { minKernel: "4.8" } },
      ],
      { archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] }] },
    );
    const target: Target = { arch: "x86_64", caps: [], kernel: "6.1.0" };
    const named = (where?: Target) =>
      diffProfiles(docker, deny([], { architectures: ["SCMP_ARCH_X86_64"] }), where).groups.flatMap(
        ({ calls }) =>
          calls.map(({ name, before }) => [name, before.when.map(({ condition }) => condition).join()]),
      );
    expect(named(target)).toEqual([["ptrace", ""]]);
    expect(named({ ...target, caps: ["CAP_SYS_ADMIN"], kernel: "4.4" })).toEqual([["mount", ""]]);
    expect(named()).toEqual([
      ["mount", "with CAP_SYS_ADMIN"],
      ["ptrace", "on a kernel from 4.8 on"],
    ]);
  });
});
