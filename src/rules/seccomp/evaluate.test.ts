/** What runc's and crun's filters answered when they were measured (notes/seccomp), answered by the rules alone. */

import { deepEqual, equal, test } from "../../../test/portable/api.ts";
import type { SeccompArgument, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { evaluate, type Target } from "./evaluate.ts";

const HOST: Target = { arch: "x86_64", caps: [], kernel: "6.1.0-9-amd64" };
const RUNC: Target = { ...HOST, runtime: "runc" };

const deny = (...syscalls: SeccompRule[]): SeccompProfile => ({
  defaultAction: "SCMP_ACT_ERRNO",
  architectures: ["SCMP_ARCH_X86_64"],
  syscalls,
});
const allow = (...names: string[]): SeccompRule => ({ names, action: "SCMP_ACT_ALLOW" });
const eq = (index: number, value: number): SeccompArgument => ({ index, value, op: "SCMP_CMP_EQ" });
const call = (name: string, ...args: number[]) => ({ abi: "x86_64", name, args }) as const;
const outcome = (profile: SeccompProfile, what: ReturnType<typeof call>, target = HOST) => {
  const { action, errno } = evaluate(profile, what, target);
  return errno === undefined ? action : `${action} ${errno}`;
};

test("a named call is allowed, another gets the default, with EPERM where no errno is said", () => {
  const profile = deny(allow("read"));
  deepEqual(evaluate(profile, call("read"), HOST), {
    action: "SCMP_ACT_ALLOW",
    why: { kind: "rule", rule: 0, conditional: false },
  });
  deepEqual(evaluate(profile, call("write"), HOST), {
    action: "SCMP_ACT_ERRNO",
    errno: 1,
    why: { kind: "default" },
  });
  equal(outcome({ ...profile, defaultErrnoRet: 38 }, call("write")), "SCMP_ACT_ERRNO 38");
});

test("an architecture that is not in the filter kills, even when the default allows", () => {
  const profile: SeccompProfile = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"] };
  const int80 = { abi: "i386", name: "getpid" } as const;
  deepEqual(evaluate(profile, int80, HOST), {
    action: "SCMP_ACT_KILL_THREAD",
    why: { kind: "architecture", missing: "SCMP_ARCH_X86" },
  });
  const wider = { ...profile, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] };
  equal(evaluate(wider, int80, HOST).action, "SCMP_ACT_ALLOW");
  // libseccomp puts the native one in by itself.
  equal(
    evaluate({ ...profile, architectures: ["SCMP_ARCH_X86"] }, call("read"), HOST).action,
    "SCMP_ACT_ALLOW",
  );
});

test("an archMap counts for the host's architecture", () => {
  const profile: SeccompProfile = {
    defaultAction: "SCMP_ACT_ALLOW",
    archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] }],
  };
  equal(evaluate(profile, { abi: "i386", name: "getpid" }, HOST).action, "SCMP_ACT_ALLOW");
  equal(evaluate(profile, { abi: "x32", name: "getpid" }, HOST).action, "SCMP_ACT_KILL_THREAD");
});

test("runc answers ENOSYS above the largest number that is named; crun never does", () => {
  const old = deny(allow("execve", "close_range"));
  const named = deny(allow("execve", "openat2"));
  equal(outcome(deny(allow("execve", "faccessat")), call("clone3"), RUNC), "SCMP_ACT_ERRNO 38");
  equal(outcome(old, call("clone3"), RUNC), "SCMP_ACT_ERRNO 1");
  equal(outcome(named, call("clone3"), RUNC), "SCMP_ACT_ERRNO 1");
  equal(outcome(old, call("openat2"), RUNC), "SCMP_ACT_ERRNO 38");
  equal(outcome(old, call("openat2")), "SCMP_ACT_ERRNO 1");
  // The stub is made for the architectures that the profile lists, and for no others.
  const { architectures: _, ...unlisted } = old;
  equal(outcome(unlisted, call("openat2"), RUNC), "SCMP_ACT_ERRNO 1");
  // A number without a name is above them all.
  equal(evaluate(old, { abi: "x86_64", name: "", nr: 600 }, RUNC).why.kind, "enosys-stub");
});

test("clone3 with a rule of its own is answered with ENOSYS, though the default has another errno", () => {
  const profile = deny(allow("openat2"), { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 });
  equal(outcome(profile, call("clone3"), RUNC), "SCMP_ACT_ERRNO 38");
  equal(outcome(profile, call("clone3")), "SCMP_ACT_ERRNO 38");
});

test("a name that libseccomp does not know is ignored", () => {
  const profile = deny(allow("execve", "mseal"));
  equal(outcome(profile, call("mseal"), { ...HOST, libseccomp: "2.6.0" }), "SCMP_ACT_ALLOW");
  equal(outcome(profile, call("mseal"), { ...HOST, libseccomp: "2.5.4" }), "SCMP_ACT_ERRNO 1");
  equal(outcome(profile, call("mseal"), { ...RUNC, libseccomp: "2.5.4" }), "SCMP_ACT_ERRNO 38");
});

test("comparisons of different arguments must all hold; of the same one, any", () => {
  const both = deny({ ...allow("socket"), args: [eq(0, 1), eq(1, 2)] });
  equal(outcome(both, call("socket", 1, 2, 0)), "SCMP_ACT_ALLOW");
  equal(outcome(both, call("socket", 1, 3, 0)), "SCMP_ACT_ERRNO 1");
  const either = deny({ ...allow("socket"), args: [eq(0, 1), eq(0, 2)] });
  equal(outcome(either, call("socket", 2, 9, 0)), "SCMP_ACT_ALLOW");
  equal(outcome(either, call("socket", 3, 9, 0)), "SCMP_ACT_ERRNO 1");
  const ne = (value: number): SeccompArgument => ({ index: 0, value, op: "SCMP_CMP_NE" });
  equal(outcome(deny({ ...allow("socket"), args: [ne(16), ne(38)] }), call("socket", 16)), "SCMP_ACT_ALLOW");
});

test("a rule without comparisons wins over one with, in any order", () => {
  const conditional: SeccompRule = { ...allow("socket"), args: [eq(0, 16)] };
  const plain: SeccompRule = { names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 13 };
  equal(outcome(deny(conditional, plain), call("socket", 16)), "SCMP_ACT_ERRNO 13");
  equal(outcome(deny(plain, conditional), call("socket", 16)), "SCMP_ACT_ERRNO 13");
  equal(outcome(deny(conditional, allow("socket")), call("socket", 99)), "SCMP_ACT_ALLOW");
  equal(outcome(deny(allow("socket"), plain), call("socket", 99)), "SCMP_ACT_ALLOW");
});

test("a rule that says what the default says is dropped, so it blocks nothing", () => {
  const block: SeccompRule = { names: ["mkdir"], action: "SCMP_ACT_ERRNO" };
  equal(outcome(deny(block, { ...allow("mkdir"), args: [eq(1, 7)] }), call("mkdir", 0, 7)), "SCMP_ACT_ALLOW");
  equal(outcome(deny({ ...block, errnoRet: 1 }, allow("mkdir")), call("mkdir")), "SCMP_ACT_ALLOW");
});

test("values compare unsigned and whole, masks too", () => {
  const masked: SeccompArgument = {
    index: 0,
    value: 0x7e020000,
    valueTwo: 0,
    op: "SCMP_CMP_MASKED_EQ",
  };
  const clone = deny({ ...allow("clone"), args: [masked] });
  equal(outcome(clone, call("clone", 0x01200011)), "SCMP_ACT_ALLOW");
  equal(outcome(clone, call("clone", 0x10000000)), "SCMP_ACT_ERRNO 1");
  equal(outcome(clone, call("clone", 0x1_0000_0000)), "SCMP_ACT_ALLOW");
  const personality = deny({ ...allow("personality"), args: [eq(0, 0xffffffff)] });
  equal(outcome(personality, call("personality", 0xffffffff)), "SCMP_ACT_ALLOW");
  equal(outcome(personality, call("personality", 0x1_ffff_ffff)), "SCMP_ACT_ERRNO 1");
});

test("an unknown argument leaves the rule open, and the answer says so", () => {
  const profile = deny({ ...allow("socket"), args: [eq(0, 1)] });
  deepEqual(evaluate(profile, call("socket"), HOST), {
    action: "SCMP_ACT_ERRNO",
    errno: 1,
    why: { kind: "default" },
    perhaps: [{ rule: 0, outcome: { action: "SCMP_ACT_ALLOW" } }],
  });
});

test("Docker's and Podman's conditions are those of the container's host", () => {
  const mount = deny({ ...allow("mount"), includes: { caps: ["CAP_SYS_ADMIN"] } });
  equal(outcome(mount, call("mount")), "SCMP_ACT_ERRNO 1");
  equal(outcome(mount, call("mount"), { ...HOST, caps: ["CAP_SYS_ADMIN"] }), "SCMP_ACT_ALLOW");
  const clone: SeccompRule = { ...allow("clone"), excludes: { caps: ["CAP_SYS_ADMIN"], arches: ["s390"] } };
  equal(outcome(deny(clone), call("clone")), "SCMP_ACT_ALLOW");
  equal(outcome(deny(clone), call("clone"), { ...HOST, caps: ["CAP_SYS_ADMIN"] }), "SCMP_ACT_ERRNO 1");
  equal(outcome(deny({ ...clone, excludes: { arches: ["amd64"] } }), call("clone")), "SCMP_ACT_ERRNO 1");
  const ptrace = deny({ ...allow("ptrace"), includes: { minKernel: "4.8" } });
  equal(outcome(ptrace, call("ptrace")), "SCMP_ACT_ALLOW");
  equal(outcome(ptrace, call("ptrace"), { ...HOST, kernel: "4.4.302" }), "SCMP_ACT_ERRNO 1");
  equal(outcome(ptrace, call("ptrace"), { ...HOST, kernel: "4.4.302", engine: "podman" }), "SCMP_ACT_ALLOW");
});
