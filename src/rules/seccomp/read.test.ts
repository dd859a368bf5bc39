/** Reading profiles and recordings: what is said of which place, which format it is, and what survives. */

import { describe, expect, test } from "bun:test";
import { readJson } from "../../codec/json/read.ts";
import { Failure } from "../../spec/failure.ts";
import { readProfile } from "./read-profile.ts";
import { readRecording } from "./read-recording.ts";

const profile = (value: unknown) => readProfile({ value: value as never, file: "p.json" });
const inText = (text: string) => readProfile(readJson(text, { file: "p.json" }));

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return `${error.message} | ${error.hint}`;
  }
  return "";
}

describe("a profile", () => {
  test("keeps what it has, known or not", () => {
    const oci = {
      defaultAction: "SCMP_ACT_ERRNO",
      architectures: ["SCMP_ARCH_X86_64"],
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      listenerMetadata: "x",
      syscalls: [
        {
          names: ["read"],
          action: "SCMP_ACT_ALLOW",
          future: { deep: [1] },
          args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ", note: "n" }],
        },
      ],
    };
    expect(profile(oci)).toEqual({ profile: oci as never, format: "oci" });
  });

  test("is Docker's or Podman's by what only they have", () => {
    const base = { defaultAction: "SCMP_ACT_ERRNO" };
    const rule = { names: ["read"], action: "SCMP_ACT_ERRNO" };
    const format = (more: object, ...rules: object[]) =>
      profile({ ...base, ...more, syscalls: rules }).format;
    expect(format({}, { ...rule, comment: "" })).toBe("docker");
    expect(format({ archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: null }] })).toBe(
      "docker",
    );
    expect(format({}, { name: "read", action: "SCMP_ACT_ALLOW" })).toBe("docker");
    expect(format({}, { ...rule, errno: "ENOSYS" })).toBe("podman");
    expect(format({ defaultErrno: "EPERM" }, { ...rule, includes: {} })).toBe("podman");
    expect(format({ defaultErrno: "EPERM" }, { ...rule, includes: { minKernel: "4.8" } })).toBe("docker");
    expect(format({}, { ...rule, args: null })).toBe("oci");
  });

  test("has its older name as names, and null left out", () => {
    const read = profile({
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [{ name: "read", action: "SCMP_ACT_ALLOW", args: null, includes: null, errnoRet: null }],
    });
    expect(read.profile.syscalls).toEqual([{ names: ["read"], action: "SCMP_ACT_ALLOW" }]);
  });

  test("may have a rule without names; lint tells", () => {
    const read = profile({ defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ action: "SCMP_ACT_ALLOW" }] });
    expect(read.profile.syscalls?.[0]?.names).toEqual([]);
  });

  test("is refused with place and mend", () => {
    const text = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    { "names": ["read"], "action": "SCMP_ACT_ALOW" }
  ]
}`;
    expect(refusal(() => inText(text))).toStartWith(
      'read p.json:4:26: /syscalls/0/action: "SCMP_ACT_ALOW" is not known | Use one of SCMP_ACT_KILL_PROCESS',
    );
  });

  test.each([
    [[], "read p.json: is a list, not an object"],
    [{ ociVersion: "1.0" }, "read p.json: is a runtime configuration"],
    [{ calls: {}, boundary: "exec" }, "read p.json: is a recording"],
    [{}, "read p.json: is no seccomp profile"],
    [{ defaultAction: 1 }, "read p.json: /defaultAction: is a number, not text"],
    [
      { architectures: ["SCMP_ARCH_X86"], archMap: [{}] },
      "read p.json: /archMap: architectures is there too",
    ],
    [{ architectures: ["amd64"] }, 'read p.json: /architectures/0: "amd64" is not known'],
    [{ defaultErrno: "EWRONG" }, 'read p.json: /defaultErrno: "EWRONG" is no errno'],
    [{ syscalls: {} }, "read p.json: /syscalls: is an object, not a list"],
    [{ syscalls: [{ name: "a", names: ["b"] }] }, "read p.json: /syscalls/0/name: names is there too"],
    [{ syscalls: [{ names: [""] }] }, "read p.json: /syscalls/0/names/0: is an empty name"],
    [{ syscalls: [{ names: ["a"] }] }, "read p.json: /syscalls/0/action: is missing, not text"],
    [
      { syscalls: [rule({ args: [{ index: 6 }] })] },
      "read p.json: /syscalls/0/args/0/index: is 6, not a whole",
    ],
    [
      { syscalls: [rule({ args: [arg({ value: 2 ** 64 })] })] },
      "read p.json: /syscalls/0/args/0/value: is 18446",
    ],
    [{ syscalls: [rule({ args: [arg({ op: "EQ" })] })] }, 'read p.json: /syscalls/0/args/0/op: "EQ"'],
    [{ syscalls: [rule({ includes: { minKernel: "4" } })] }, "read p.json: /syscalls/0/includes/minKernel:"],
  ])("%j", (value, message) => {
    const full =
      Array.isArray(value) || Object.keys(value).some((key) => key === "ociVersion" || key === "calls");
    const given =
      full || Object.keys(value).length === 0 ? value : { defaultAction: "SCMP_ACT_ERRNO", ...value };
    expect(refusal(() => profile(given))).toStartWith(message);
  });
});

function rule(more: object) {
  return { names: ["a"], action: "SCMP_ACT_ALLOW", ...more };
}

function arg(more: object) {
  return { index: 0, value: 0, op: "SCMP_CMP_EQ", ...more };
}

describe("a recording", () => {
  const recording = {
    version: 1,
    container: {},
    boundary: "permissive",
    started: "2026-11-23T10:00:00.000Z",
    ended: "2026-11-23T10:00:01.000Z",
    complete: true,
    machine: { arch: "x86_64", kernel: "6.18" },
    calls: { x86_64: { allowed: ["read"], refused: [], unknown: [471] } },
    outOfRange: 0,
    arguments: [{ abi: "x86_64", syscall: "socket", index: 0, values: [2], more: false, refused: false }],
    capabilities: { used: [], refused: [] },
    files: [{ path: "/", access: "r" }],
    addresses: [{ family: "unix", address: "/run/x" }],
    coverage: { runs: 1, calls: { x86_64: { read: 1 } } },
    later: true,
  };
  const read = (more: object) => readRecording({ value: { ...recording, ...more } as never, file: "r.json" });

  test("is read as it is", () => {
    expect(read({})).toEqual(recording as never);
  });

  test.each([
    [{ version: 2 }, "/version: is 2, and this program reads version 1"],
    [{ boundary: "none" }, '/boundary: "none" is not known'],
    [{ calls: { mips: {} } }, '/calls/mips: "mips" is not known'],
    [{ calls: { i386: { allowed: [], refused: null } } }, "/calls/i386/refused: is missing"],
    [{ arguments: [{ abi: "x86_64", syscall: "a", index: 9 }] }, "/arguments/0/index: is 9"],
    [{ files: [{ path: "/", access: "x" }] }, '/files/0/access: "x" is not known'],
    [{ coverage: { runs: -1 } }, "/coverage/runs: is -1"],
    [{ calls: undefined, defaultAction: "x" }, "is a seccomp profile, not a recording"],
  ])("%j", (more, message) => {
    expect(refusal(() => read(more))).toStartWith(`read r.json: ${message}`);
  });
});
