/** A base keeps its meaning when a recording extends it. */

import { deepEqual, equal, test } from "../../../test/portable/api.ts";
import type { Recording } from "../../spec/recording.ts";
import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { makeProfile, type ProfileOptions } from "./profile.ts";

const BARE: ProfileOptions = {
  runtimes: [{ name: "crun", version: "1.8.1" }],
  noNewPrivileges: true,
  exec: false,
  clone3: false,
};
const ALWAYS: SeccompRule = {
  names: ["close", "execve", "exit", "exit_group", "rt_sigreturn"],
  action: "SCMP_ACT_ALLOW",
};
const recorded = (...allowed: string[]): Recording => ({
  version: 1,
  container: {},
  boundary: "permissive",
  started: "2026-11-24T10:00:00.000Z",
  ended: "2026-11-24T10:00:01.000Z",
  complete: true,
  machine: { arch: "x86_64", kernel: "6.1.0" },
  calls: { x86_64: { allowed, refused: [], unknown: [] } },
  outOfRange: 0,
});
const deny = (...syscalls: SeccompRule[]): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  architectures: ["SCMP_ARCH_X86_64"],
  syscalls: [ALWAYS, ...syscalls],
});
const extend = (base: SeccompProfile, names: string[], more: ProfileOptions = {}) =>
  makeProfile(recorded(...names), { ...BARE, base, ...more });
const added = (base: SeccompProfile, names: string[], more: ProfileOptions = {}) => {
  const { profile, notes } = extend(base, names, more);
  return {
    names: profile.syscalls?.slice(base.syscalls?.length).flatMap((rule) => rule.names),
    notes: notes.map((one) => `${one.code}: ${one.names?.join(" ") ?? ""}`),
  };
};

test("what the base lacks is added behind its own rules", () => {
  const base = deny({ names: ["read"], action: "SCMP_ACT_ALLOW" });
  const { profile, notes } = extend(base, ["read", "brk"]);
  deepEqual(profile.syscalls, [
    ...(base.syscalls ?? []),
    { comment: "application", names: ["brk"], action: "SCMP_ACT_ALLOW" },
  ]);
  deepEqual(notes, []);
});

test("nothing new makes no rule without names, and leaves the base as it is", () => {
  // Conditions that ask nothing, as in containers-common's profile, are none.
  const base = deny({ names: ["read"], action: "SCMP_ACT_ALLOW", includes: {}, excludes: {}, args: [] });
  deepEqual(extend(base, ["read"]), { profile: base, notes: [] });
});

test("what the base blocks stays blocked and is reported, even by a rule that only repeats its default", () => {
  const block = deny({ names: ["mkdir"], action: "SCMP_ACT_ERRNO" });
  deepEqual(added(block, ["mkdir", "brk"]), { names: ["brk"], notes: ["blocked_by_base: mkdir"] });
  const other = deny({ names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 13 });
  deepEqual(added(other, ["mkdir"]), { names: [], notes: ["blocked_by_base: mkdir"] });
});

test("a base that allows by default is kept so", () => {
  const base: SeccompProfile = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }],
  };
  const { profile, notes } = extend(base, ["mkdir", "read"]);
  deepEqual(profile, { ...base, architectures: ["SCMP_ARCH_X86_64"] });
  deepEqual(
    notes.map(({ code }) => code),
    ["base_allows", "blocked_by_base"],
  );
});

test("a rule with conditions covers a recorded name only where they hold, and is reported either way", () => {
  const base = deny({ names: ["mount"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN"] } });
  deepEqual(added(base, ["mount"]), { names: ["mount"], notes: ["condition_lifted: mount"] });
  deepEqual(added(base, ["mount"], { target: { caps: ["CAP_SYS_ADMIN"] } }), {
    names: [],
    notes: ["conditional_in_base: mount"],
  });
  const kernel = deny({ names: ["ptrace"], action: "SCMP_ACT_ALLOW", includes: { minKernel: "4.8" } });
  deepEqual(added(kernel, ["ptrace"], { target: { kernel: "4.4" } }).names, ["ptrace"]);
});

test("a rule about arguments is not made void by one without", () => {
  const args = [{ index: 0, value: 38, op: "SCMP_CMP_LT" as const }];
  const base = deny({ names: ["socket"], action: "SCMP_ACT_ALLOW", args });
  deepEqual(added(base, ["socket", "brk"]), { names: ["brk"], notes: ["arguments_in_base: socket"] });
});

test("clone3 is left to a base that speaks of it", () => {
  const answered = (names: string[], ...rules: SeccompRule[]) =>
    added(deny(...rules), names, { clone3: true }).names;
  deepEqual(answered([]), ["clone3"]);
  deepEqual(answered([], { names: ["clone3"], action: "SCMP_ACT_ALLOW" }), []);
  const conditional: SeccompRule = {
    names: ["clone3"],
    action: "SCMP_ACT_ALLOW",
    includes: { caps: ["CAP_SYS_ADMIN"] },
  };
  deepEqual(answered([], conditional), []);
  deepEqual(answered(["clone3"], { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }), []);
});

test("archMap and architectures are never both written, and what was seen is in one of them", () => {
  const map = [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X32"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ];
  const base: SeccompProfile = { defaultAction: "SCMP_ACT_ERRNO", archMap: map, syscalls: [ALWAYS] };
  const i386 = recorded("read");
  i386.calls.i386 = { allowed: ["getpid"], refused: [], unknown: [] };
  const docker = makeProfile(i386, { ...BARE, base }).profile;
  equal(docker.architectures, undefined);
  deepEqual(docker.archMap, [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X32", "SCMP_ARCH_X86"] },
    map[1]!,
  ]);
  const oci = makeProfile(i386, { ...BARE, base, format: "oci" }).profile;
  equal(oci.archMap, undefined);
  deepEqual(oci.architectures, ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_X86"]);
});

test("fields that nobody knows survive", () => {
  const base = { ...deny(), "x-reviewed": "yes" } as SeccompProfile;
  equal((extend(base, ["brk"]).profile as { "x-reviewed"?: string })["x-reviewed"], "yes");
});
