/** What a recording becomes: rules by reason, the same bytes every time, and notes of what cannot be said in a rule. */

import { deepEqual, equal, ok, test } from "../../../test/portable/api.ts";
import type { Recording } from "../../spec/recording.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { measuredRuntimes, runtimeNeeds } from "./baseline.ts";
import { evaluate, type Target } from "./evaluate.ts";
import { makeProfile, type ProfileOptions } from "./profile.ts";
import { profileText } from "./profile-text.ts";

const recording: Recording = {
  version: 1,
  container: {},
  boundary: "permissive",
  started: "2026-11-24T10:00:00.000Z",
  ended: "2026-11-24T10:00:01.000Z",
  complete: true,
  machine: { arch: "x86_64", kernel: "6.1.0" },
  calls: { x86_64: { allowed: ["write", "brk", "close", "mkdir"], refused: [], unknown: [] } },
  outOfRange: 0,
};
const BARE: ProfileOptions = {
  runtimes: [{ name: "crun", version: "1.8.1" }],
  noNewPrivileges: true,
  exec: false,
  clone3: false,
};
const with_ = (names: string[], more: Partial<Recording> = {}): Recording => ({
  ...recording,
  calls: { x86_64: { allowed: names, refused: [], unknown: [] } },
  ...more,
});
const named = ({ syscalls }: SeccompProfile, comment: string) =>
  syscalls?.find((rule) => rule.comment === comment)?.names;
const codes = (notes: { code: string }[]) => notes.map(({ code }) => code);
const HOST: Target = { arch: "x86_64", caps: [], kernel: "6.1.0" };

test("each reason is a rule of its own, names sorted, no name twice", () => {
  deepEqual(makeProfile(recording, BARE), {
    profile: {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 1,
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [
        { comment: "application", names: ["brk", "mkdir", "write"], action: "SCMP_ACT_ALLOW" },
        { comment: "runtime: crun, noNewPrivileges", names: ["close"], action: "SCMP_ACT_ALLOW" },
        {
          comment: "always",
          names: ["execve", "exit", "exit_group", "rt_sigreturn"],
          action: "SCMP_ACT_ALLOW",
        },
      ],
    },
    notes: [],
  });
});

test("it allows what was recorded and what every runtime asked for needs, in every version and both ways", () => {
  const { profile } = makeProfile(recording);
  for (const one of measuredRuntimes())
    for (const runtime of ["runc", "crun"] as const)
      for (const name of [
        ...runtimeNeeds(one, undefined),
        "mkdir",
        "brk",
        "exit_group",
        "rt_sigreturn",
        "execve",
      ])
        equal(
          evaluate(profile, { abi: "x86_64", name }, { ...HOST, runtime }).action,
          "SCMP_ACT_ALLOW",
          name,
        );
  equal(evaluate(profile, { abi: "x86_64", name: "mount" }, HOST).action, "SCMP_ACT_ERRNO");
  const names = (profile.syscalls ?? []).flatMap((rule) => rule.names);
  equal(new Set(names).size, names.length);
});

test("a profile for crun alone does not hold what runc needs, and exec is a group that can be left out", () => {
  const crun = makeProfile(recording, { runtimes: [{ name: "crun" }] }).profile;
  equal(evaluate(crun, { abi: "x86_64", name: "fstatfs" }, HOST).action, "SCMP_ACT_ERRNO");
  ok(named(crun, "exec")?.includes("umask"));
  equal(named(makeProfile(recording, { exec: false }).profile, "exec"), undefined);
});

test("clone3 falls back to clone on every runtime, unless it was recorded or all is answered so", () => {
  const profile = makeProfile(recording).profile;
  for (const runtime of ["runc", "crun"] as const)
    equal(evaluate(profile, { abi: "x86_64", name: "clone3" }, { ...HOST, runtime }).errno, 38);
  const named3 = (options: ProfileOptions, names: string[]) =>
    makeProfile(with_(names), options).profile.syscalls?.filter((rule) => rule.names.includes("clone3"));
  deepEqual(
    named3({}, ["clone3"])?.map(({ action }) => action),
    ["SCMP_ACT_ALLOW"],
  );
  deepEqual(named3({ defaultErrnoRet: 38 }, []), []);
  equal(named3({ defaultAction: "SCMP_ACT_KILL_PROCESS" }, [])?.length, 1);
});

test("architectures are those of which a call was seen", () => {
  const calls = { i386: { allowed: ["getpid"], refused: [], unknown: [] }, ...recording.calls };
  const { profile } = makeProfile({ ...recording, calls }, BARE);
  deepEqual(profile.architectures, ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]);
  equal(evaluate(profile, { abi: "i386", name: "getpid" }, HOST).action, "SCMP_ACT_ALLOW");
  const arm: Recording = { ...recording, machine: { arch: "aarch64", kernel: "6.1" }, calls: {} };
  const names = makeProfile(arm).profile.syscalls?.flatMap((rule) => rule.names) ?? [];
  deepEqual(makeProfile(arm).profile.architectures, ["SCMP_ARCH_AARCH64"]);
  ok(!names.includes("pipe") && names.includes("openat2"));
});

test("a recorded value makes a rule of its own, which lets through just that value in 32 bits", () => {
  const one = { abi: "x86_64", more: false, refused: false } as const;
  const { profile, notes } = makeProfile(
    with_(["socket", "clone", "ioctl", "prctl"], {
      arguments: [
        { ...one, syscall: "socket", index: 0, values: [1, 16] },
        { ...one, syscall: "socket", index: 1, values: [0x80001] },
        { ...one, syscall: "clone", index: 0, values: [0] },
        { ...one, syscall: "ioctl", index: 1, values: [1, 2], more: true },
        { ...one, syscall: "prctl", index: 0, values: [15] },
        { ...one, syscall: "prctl", index: 0, values: [4], refused: true },
      ],
    }),
    { ...BARE, noNewPrivileges: false },
  );
  const asks = (name: string, ...args: number[]) =>
    evaluate(profile, { abi: "x86_64", name, args }, HOST).action;
  equal(asks("socket", 16, 0x80001, 0), "SCMP_ACT_ALLOW");
  equal(asks("socket", 16, 3, 0), "SCMP_ACT_ERRNO");
  equal(asks("socket", 38, 0x80001, 0), "SCMP_ACT_ERRNO");
  equal(asks("socket", 0x1_0000_0010, 0x80001, 0), "SCMP_ACT_ALLOW");
  equal(asks("clone", 0x01200011), "SCMP_ACT_ALLOW");
  equal(asks("clone", 0x10000000), "SCMP_ACT_ERRNO");
  equal(asks("ioctl", 0, 99), "SCMP_ACT_ALLOW");
  // crun calls prctl with values of its own.
  equal(asks("prctl", 99), "SCMP_ACT_ALLOW");
  deepEqual(codes(notes).sort(), ["any_argument", "too_many_values"]);
  for (const { args } of profile.syscalls ?? [])
    equal(new Set(args?.map(({ index }) => index)).size, args?.length ?? 0);
});

test("what cannot be a rule is a note", () => {
  const calls = { x86_64: { allowed: ["mseal"], refused: ["mkdir"], unknown: [500, 511] } };
  const odd: Recording = {
    ...recording,
    calls,
    boundary: "attach",
    outOfRange: 3,
    unnamed: [{ abi: "arm", allowed: [1], refused: [] }],
  };
  const { notes, profile } = makeProfile(odd, { ...BARE, libseccomp: "2.5.4" });
  deepEqual(codes(notes), [
    "unknown_numbers",
    "unnamed_abi",
    "out_of_range",
    "not_from_the_start",
    "still_refused",
    "unknown_to_libseccomp",
  ]);
  ok(notes[0]?.message.includes("x86_64: 500 511"));
  deepEqual(notes.at(-1)?.names, ["mseal"]);
  deepEqual(named(profile, "application"), ["mseal"]);
  deepEqual(named(makeProfile(odd, { ...BARE, refused: true }).profile, "refused while recording"), [
    "mkdir",
  ]);
});

test("groups that are off by default: vDSO and the C library's other choices", () => {
  const some = makeProfile(with_(["newfstatat", "clone"]), { ...BARE, vdso: true, siblings: true }).profile;
  ok(named(some, "vdso")?.includes("clock_gettime"));
  deepEqual(named(some, "libc siblings"), ["fork", "fstat", "lstat", "stat", "statx", "vfork"]);
});

test("the text is the same whatever order the recording has, and ends with a newline", () => {
  const shuffled = with_(["mkdir", "close", "brk", "write", "brk"]);
  equal(profileText(makeProfile(shuffled).profile), profileText(makeProfile(recording).profile));
  const text = profileText({
    syscalls: [],
    zebra: 1,
    defaultAction: "SCMP_ACT_ERRNO",
    apple: 2,
  } as SeccompProfile);
  equal(text, '{\n  "defaultAction": "SCMP_ACT_ERRNO",\n  "syscalls": [],\n  "apple": 2,\n  "zebra": 1\n}\n');
});

test("Podman gets the errno's name beside its number", () => {
  const { profile } = makeProfile(recording, { format: "podman" });
  equal(profile.defaultErrno, "EPERM");
  equal(profile.defaultErrnoRet, 1);
  equal(profile.syscalls?.find((rule) => rule.names.includes("clone3"))?.errno, "ENOSYS");
});

test("the runtime specification's format has no comments", () => {
  const { profile } = makeProfile(recording, { ...BARE, format: "oci" });
  deepEqual(
    profile.syscalls?.map((rule) => Object.keys(rule)),
    [
      ["names", "action"],
      ["names", "action"],
      ["names", "action"],
    ],
  );
});
