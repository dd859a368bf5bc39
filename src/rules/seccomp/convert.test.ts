/** Conversions between the three formats, and what each says it had to decide. */

import { describe, expect, test } from "bun:test";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { convertProfile } from "./convert.ts";
import type { Target } from "./evaluate.ts";

const target: Target = { arch: "x86_64", caps: ["CAP_SYS_CHROOT"], kernel: "6.1.0" };
const docker: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 1,
  archMap: [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ],
  syscalls: [
    { names: ["read"], action: "SCMP_ACT_ALLOW", comment: "application" },
    { names: ["chroot"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_CHROOT"] } },
    { names: ["mount"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN"] } },
    {
      names: ["ptrace"],
      action: "SCMP_ACT_ALLOW",
      includes: { minKernel: "4.8" },
      excludes: { arches: ["arm64"] },
    },
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38, excludes: { minKernel: "6.2" } },
    { names: ["later"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "7.0" } },
  ],
};

describe("to OCI", () => {
  test("conditions about the host are answered for the target", () => {
    const { profile, notes } = convertProfile(docker, { to: "oci", target });
    expect(profile).toEqual({
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 1,
      architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
      syscalls: [
        { names: ["read"], action: "SCMP_ACT_ALLOW" },
        { names: ["chroot"], action: "SCMP_ACT_ALLOW" },
        { names: ["ptrace"], action: "SCMP_ACT_ALLOW" },
        { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
      ],
    });
    expect(notes.map(({ pointer, message }) => `${pointer}: ${message}`)).toEqual([
      "/syscalls/1: the rule is kept without its condition, which the target meets: with CAP_SYS_CHROOT",
      "/syscalls/2: the rule is left out: it holds only with CAP_SYS_ADMIN",
      "/syscalls/3: the rule is kept without its condition, which the target meets: on a kernel from 4.8 on and not on arm64",
      "/syscalls/4: the rule is kept without its condition, which the target meets: on a kernel before 6.2",
      "/syscalls/5: the rule is left out: it holds only on a kernel from 7.0 on",
      "/archMap: only the entry for x86_64 is kept; left out: SCMP_ARCH_AARCH64",
      ": 1 comment is left out: the OCI format has none",
    ]);
  });

  test("what a runtime would refuse is left out", () => {
    const bad: SeccompProfile = {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrno: "ENOSYS",
      syscalls: [
        { names: [], action: "SCMP_ACT_ALLOW" },
        { names: ["read"], action: "SCMP_ACT_ALLOW", errnoRet: 1 },
        { names: ["write"], action: "SCMP_ACT_ERRNO", errno: "EACCES", errnoRet: 1 },
      ],
    };
    const { profile, notes } = convertProfile(bad, { to: "oci", target });
    expect(profile).toEqual({
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      syscalls: [
        { names: ["read"], action: "SCMP_ACT_ALLOW" },
        { names: ["write"], action: "SCMP_ACT_ERRNO", errnoRet: 13 },
      ],
    });
    expect(notes).toHaveLength(2);
  });
});

describe("to Podman", () => {
  test("minKernel, which it ignores, is answered, and errno values get names", () => {
    const { profile, notes } = convertProfile(docker, { to: "podman", target });
    expect(profile.archMap).toEqual(docker.archMap);
    expect(profile.defaultErrno).toBe("EPERM");
    expect(profile.syscalls?.slice(3)).toEqual([
      { names: ["ptrace"], action: "SCMP_ACT_ALLOW", excludes: { arches: ["arm64"] } },
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38, errno: "ENOSYS" },
    ]);
    expect(notes.map(({ pointer }) => pointer)).toEqual(["/syscalls/3", "/syscalls/4", "/syscalls/5"]);
  });
});

describe("to Docker", () => {
  test("names of errno values, which it ignores, become numbers", () => {
    const podman = convertProfile(docker, { to: "podman", target }).profile;
    const { profile, notes } = convertProfile(podman, { to: "docker", target });
    expect(profile.defaultErrno).toBeUndefined();
    expect(profile.syscalls?.find(({ names }) => names[0] === "clone3")).toEqual({
      names: ["clone3"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 38,
    });
    expect(notes).toEqual([]);
    expect(convertProfile(docker, { to: "docker", target }).profile).toEqual(docker);
  });

  test("a list of architectures becomes a map when asked for", () => {
    const list = ["SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64", "SCMP_ARCH_RISCV64"];
    const oci: SeccompProfile = { defaultAction: "SCMP_ACT_ERRNO", architectures: list, syscalls: [] };
    const map = [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: [] },
      { architecture: "SCMP_ARCH_RISCV64", subArchitectures: [] },
    ];
    const converted = convertProfile(oci, { to: "docker", target, archMap: true });
    expect([converted.profile.archMap, converted.profile.architectures]).toEqual([map, undefined]);
    expect(convertProfile(oci, { to: "podman", target, archMap: true }).notes).toHaveLength(1);
    expect(convertProfile(oci, { to: "docker", target }).profile.architectures).toEqual(list);
  });
});
