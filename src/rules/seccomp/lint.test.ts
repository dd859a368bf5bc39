/** Every rule of the linter, on the smallest profile that breaks it, and on one that breaks none. */

import { describe, expect, test } from "bun:test";
import type { SeccompArgument, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { execNeeds, measuredRuntimes, runtimeNeeds } from "./baseline.ts";
import { type LintOptions, lintProfile } from "./lint.ts";
import type { LintRuleId } from "./lint-finding.ts";
import { LINT_RULES } from "./lint-finding.ts";

const ALWAYS = ["execve", "exit", "exit_group", "rt_sigreturn"];
const EVERY = measuredRuntimes().flatMap((one) => [...runtimeNeeds(one, undefined), ...execNeeds(one)]);
const needed: SeccompRule = { names: [...new Set([...ALWAYS, ...EVERY])], action: "SCMP_ACT_ALLOW" };
const clone3: SeccompRule = { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 };
const allow = (...names: string[]): SeccompRule => ({ names, action: "SCMP_ACT_ALLOW" });

const good: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 1,
  architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
  syscalls: [needed, clone3],
};
const options: LintOptions = { target: { arch: "x86_64", caps: [] } };

/** `severity rule pointer` of all findings, without those that `good` has. */
function lint(more: Partial<SeccompProfile>, using: Partial<LintOptions> = {}): string[] {
  return findings(more, using).map(({ rule, severity, pointer }) => `${severity} ${rule} ${pointer}`);
}

function findings(more: Partial<SeccompProfile>, using: Partial<LintOptions> = {}) {
  return lintProfile({ ...good, ...more }, { ...options, ...using });
}

function plus(...rules: SeccompRule[]): Partial<SeccompProfile> {
  return { syscalls: [needed, clone3, ...rules] };
}

function message(rule: LintRuleId, more: Partial<SeccompProfile>, using: Partial<LintOptions> = {}): string {
  return findings(more, using).find((one) => one.rule === rule)?.message ?? "";
}

const on = (engine: "docker" | "podman"): Partial<LintOptions> => ({ target: { ...options.target, engine } });
const compare = (op: SeccompArgument["op"], value: number): SeccompArgument => ({ index: 0, op, value });

test("a good profile has no finding, and every rule has a summary", () => {
  expect(findings({})).toEqual([]);
  for (const summary of Object.values(LINT_RULES)) expect(summary).toEndWith(".");
});

describe("names", () => {
  test("none, misspelt, of another architecture", () => {
    expect(lint(plus(allow()))).toEqual(["error empty-names /syscalls/2"]);
    expect(findings(plus(allow("dup", "opennat", "zzz", "set_tls")))).toMatchObject([
      { rule: "unknown-name", pointer: "/syscalls/2/names/1", mend: "Write openat, or remove the name." },
      { rule: "unknown-name", pointer: "/syscalls/2/names/2", mend: "Remove the name." },
    ]);
  });

  test("newer than libseccomp", () => {
    const target = { ...options.target, libseccomp: "2.5.4-1+deb12u1" };
    expect(message("unknown-to-libseccomp", plus(allow("mseal", "dup")), { target })).toBe(
      "libseccomp 2.5.4-1+deb12u1 does not know, and runtimes with it ignore, mseal",
    );
    expect(lint(plus(allow("mseal")), { target: { ...target, libseccomp: "2.6.0" } })).toEqual([]);
  });
});

describe("rules that do not do what they say", () => {
  test("dropped, being the default action", () => {
    const refuse: SeccompRule = { names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 1 };
    expect(lint(plus(refuse))).toEqual(["note dropped-rule /syscalls/2"]);
    expect(lint(plus(refuse, allow("mkdir")))).toEqual(["warning dropped-rule /syscalls/2"]);
    expect(lint(plus({ ...refuse, errnoRet: 13 }))).toEqual([]);
  });

  test("overridden, in conflict, compared twice", () => {
    const when: SeccompRule = { ...allow("socket"), args: [compare("SCMP_CMP_EQ", 2)] };
    const refuse: SeccompRule = { names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 13 };
    expect(lint(plus(when, refuse))).toEqual(["warning overridden-rule /syscalls/2"]);
    expect(lint(plus(when, allow("socket")))).toEqual(["warning overridden-rule /syscalls/2"]);
    expect(lint(plus(refuse, allow("socket")))).toEqual(["warning conflicting-rules /syscalls/3"]);
    const twice = (op: SeccompArgument["op"]) => plus({ ...when, args: [compare(op, 1), compare(op, 2)] });
    expect(lint(twice("SCMP_CMP_EQ"))).toEqual(["warning split-arguments /syscalls/2/args"]);
    expect(lint(twice("SCMP_CMP_NE"))).toEqual(["error split-arguments /syscalls/2/args"]);
  });

  test("of which never both hold are none", () => {
    const caps = { caps: ["CAP_SYS_ADMIN"] };
    const pair = plus(
      { ...allow("clone"), args: [compare("SCMP_CMP_EQ", 0)], excludes: caps },
      { ...allow("clone"), includes: caps },
    );
    expect(lint(pair, on("docker"))).toEqual([]);
  });

  test("under a default that allows", () => {
    expect(lint({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [allow("read")] })).toEqual([
      "warning allows-everything /defaultAction",
      "warning errno-without-action /defaultErrnoRet",
      "note dropped-rule /syscalls/0",
    ]);
  });
});

describe("formats", () => {
  test("flags", () => {
    const flags = ["SECCOMP_FILTER_FLAG_LOG"];
    expect(lint({ flags }, { runtime: { name: "runc", version: "1.1.5+ds1" } })).toEqual([
      "error flags-unsupported /flags",
    ]);
    expect(lint({ flags }, { runtime: { name: "runc", version: "1.3.6" } })).toEqual([]);
    expect(lint({ flags }, { runtime: { name: "crun" } })).toEqual([]);
    expect(lint({ flags })).toEqual(["note flags-unsupported /flags"]);
    expect(lint({ flags: ["X"] }, { runtime: { name: "crun" } })).toEqual([
      "error flags-unsupported /flags/0",
    ]);
  });

  test("errno values where there are none, or by name", () => {
    const rule = { ...allow("dup"), errnoRet: 1 };
    expect(lint(plus(rule), { runtime: { name: "crun" } })).toEqual([
      "error errno-without-action /syscalls/2/errnoRet",
    ]);
    expect(lint(plus(rule))).toEqual(["warning errno-without-action /syscalls/2/errnoRet"]);
    const named: SeccompRule = { names: ["dup"], action: "SCMP_ACT_ERRNO", errno: "EACCES" };
    expect(lint(plus(named), on("docker"))).toEqual(["warning errno-name-ignored /syscalls/2/errno"]);
    expect(lint(plus(named), on("podman"))).toEqual([]);
  });

  test("minKernel, NOTIFY, and the map of architectures", () => {
    const kernel = plus({ ...allow("ptrace"), includes: { minKernel: "4.8" } });
    expect(lint(kernel, on("podman"))).toEqual(["warning minkernel-ignored /syscalls/2/includes/minKernel"]);
    expect(lint(kernel, on("docker"))).toEqual([]);
    expect(lint({ syscalls: [{ names: ["write"], action: "SCMP_ACT_NOTIFY" }, needed, clone3] })).toContain(
      "error notify-refused /syscalls/0/action",
    );
    const { architectures: _, ...rest } = good;
    const map = { ...rest, archMap: [{ architecture: "SCMP_ARCH_RISCV64" }] };
    expect(lintProfile(map, options).map(({ rule }) => rule)).toEqual(["archmap-lookup", "archmap-lookup"]);
  });
});

test("architectures", () => {
  const { architectures: _, ...rest } = good;
  expect(lintProfile(rest, options)).toMatchObject([
    { rule: "missing-architecture", severity: "note", pointer: "" },
  ]);
  expect(lint({ architectures: ["SCMP_ARCH_X86"] })).toEqual(["warning missing-architecture /architectures"]);
  expect(lint({ architectures: ["SCMP_ARCH_X86_64"] })).toEqual(["note missing-architecture /architectures"]);
  expect(lint({ architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"] })).toEqual([
    "note open-abi /architectures",
  ]);
});

describe("calls that every container needs", () => {
  test("are missed", () => {
    const { names } = needed;
    const without = { syscalls: [clone3, allow(...names.filter((name) => !ALWAYS.includes(name)))] };
    expect(lint(without).filter((text) => text.includes("missing-always"))).toEqual([
      "error missing-always /syscalls",
      "error missing-always /syscalls",
      "error missing-always /syscalls",
      "warning missing-always /syscalls",
    ]);
  });

  test("clone3 without an answer, and with runc's own answer taken away", () => {
    const older = needed.names.filter((name) => !["openat2", "faccessat2", "close_range"].includes(name));
    const bare = { syscalls: [allow(...older)] };
    expect(message("clone3-errno", bare)).toBe(
      "clone3 gets errno 1 under crun, and libraries do not fall back to clone",
    );
    expect(message("clone3-errno", bare, { runtime: { name: "runc" } })).toBe("");
    expect(
      message("clone3-errno", { syscalls: [needed] }, { runtime: { name: "runc", version: "1.3.6" } }),
    ).toBe(
      "clone3 gets errno 1 under runc, and libraries do not fall back to clone; " +
        "runc would answer ENOSYS, but the profile names faccessat2, a newer call",
    );
    expect(message("clone3-errno", { defaultErrnoRet: 38, syscalls: [needed] })).toBe("");
  });
});

describe("runtimes", () => {
  const crun = { syscalls: [allow(...ALWAYS, "close", "close_range"), clone3] };

  test("another one, or another version, needs other calls", () => {
    const told = findings(crun, { noNewPrivileges: true, runtime: { name: "crun", version: "1.28" } });
    expect(told.filter(({ rule }) => rule === "runtime-lacks")).toMatchObject([
      {
        severity: "note",
        message: expect.stringContaining("not under runc 1.1.5: the profile lacks epoll_ctl, fstatfs"),
      },
      {
        severity: "note",
        message: expect.stringContaining("starts under crun 1.8.1, crun 1.28, not under runc 1.3.6"),
      },
    ]);
    expect(told.filter(({ rule }) => rule === "exec-lacks")).toMatchObject([
      { severity: "warning", message: expect.stringContaining("fails under crun") },
    ]);
  });

  test("the one in use is an error when what it lacks was seen to be fatal", () => {
    const severity = (version: string) =>
      findings(crun, { noNewPrivileges: true, runtime: { name: "runc", version } })
        .filter(({ rule }) => rule === "runtime-lacks")
        .map((one) => one.severity);
    expect(severity("1.1.5")).toEqual(["error", "warning"]);
    const { names } = needed;
    const most = { syscalls: [allow(...names.filter((name) => name !== "epoll_ctl")), clone3] };
    expect(
      findings(most, { noNewPrivileges: true, runtime: { name: "runc", version: "1.1.5" } }),
    ).toMatchObject([
      { severity: "warning", message: expect.stringContaining("not always under runc 1.1.5") },
    ]);
  });
});
