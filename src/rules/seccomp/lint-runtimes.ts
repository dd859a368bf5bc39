/**
 * Whether the runtimes that were measured can start a container under a profile, and `exec` into it: a profile recorded
 * under one runtime, or under one version of it, often lacks what another makes after it has loaded the filter.
 */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { letsThrough } from "./actions.ts";
import { execNeeds, type Measured, measuredOf, measuredRuntimes, runtimeNeeds } from "./baseline.ts";
import { evaluator } from "./evaluate.ts";
import { type LintOptions, listed, type Severity, type Tell } from "./lint-finding.ts";

/** Of what was seen, what stopped the start when it was taken away; the rest may stop it now and then. */
const FATAL: readonly [name: string, version: string, noNewPrivileges: string, privileged: string][] = [
  [
    "runc",
    "1.1.5",
    "close execve fstatfs getdents64 openat write",
    "capget capset chdir close execve fstat fstatfs getcwd getdents64 getppid newfstatat openat prctl read setgid setgroups setuid write",
  ],
  [
    "runc",
    "1.3.6",
    "close execve fstat fstatfs getdents64 openat openat2 statx write",
    "close execve fstat fstatfs getdents64 openat openat2 statx write",
  ],
  ["crun", "", "execve", "capset execve prctl rt_sigaction rt_sigprocmask setresgid setresuid write"],
];

export function lintRuntimes(profile: SeccompProfile, options: LintOptions, tell: Tell): void {
  if (letsThrough(profile.defaultAction)) return;
  const { runtime, noNewPrivileges } = options;
  const own = runtime === undefined ? [] : measuredOf(runtime.name, runtime.version);
  for (const privileges of noNewPrivileges === undefined ? [true, false] : [noNewPrivileges]) {
    const lacks = measuredRuntimes().map((one) => ({
      one,
      names: refused(profile, options, one, runtimeNeeds(one, privileges)),
    }));
    const fine = lacks.filter(({ names }) => names.length === 0).map(({ one }) => nameOf(one));
    for (const { one, names } of lacks.filter(({ names }) => names.length > 0)) {
      const fatal = names.filter((name) => isFatal(one, privileges, name));
      const severity = severityOf(own, one, fatal.length > 0, runtime !== undefined || fine.length > 0);
      const starts =
        fine.length > 0 ? `starts under ${fine.join(", ")}` : "starts under no runtime that was measured";
      const verdict = fatal.length > 0 ? `not under ${nameOf(one)}` : `not always under ${nameOf(one)}`;
      tell(
        "runtime-lacks",
        severity,
        "/syscalls",
        `${privileges ? "With" : "Without"} noNewPrivileges, a container ${starts}, ${verdict}: the profile lacks ${listed(names, 30)}`,
        `Allow them, or do not use the profile under ${nameOf(one)}.`,
      );
    }
  }
  lintExec(profile, options, own, tell);
}

function nameOf({ name, version }: Measured): string {
  return `${name} ${version}`;
}

/** Of the runtime in use it is an error, of its other versions a warning: upgrades come. */
function severityOf(own: readonly Measured[], one: Measured, fatal: boolean, choice: boolean): Severity {
  if (own.includes(one)) return fatal ? "error" : "warning";
  if (own.some(({ name }) => name === one.name)) return "warning";
  return choice ? "note" : "warning";
}

function isFatal({ name, version }: Measured, noNewPrivileges: boolean, call: string): boolean {
  const row = FATAL.find(([of, release]) => of === name && (release === "" || release === version));
  const [, , early = "", late = ""] = row ?? [];
  return (noNewPrivileges ? early : late).split(" ").includes(call);
}

function refused(
  profile: SeccompProfile,
  { target }: LintOptions,
  { name: runtime }: Measured,
  names: readonly string[],
): string[] {
  const evaluate = evaluator(profile, { ...target, runtime });
  return names
    .filter((name, i) => names.indexOf(name) === i)
    .filter((name) => {
      const { action, perhaps } = evaluate({ abi: target.arch, name });
      return !letsThrough(action) && !perhaps?.some(({ outcome }) => letsThrough(outcome.action));
    })
    .sort();
}

function lintExec(profile: SeccompProfile, options: LintOptions, own: readonly Measured[], tell: Tell): void {
  const lacking = new Map<string, { names: string[]; by: Measured[] }>();
  for (const one of measuredRuntimes()) {
    const names = refused(profile, options, one, execNeeds(one));
    if (names.length === 0) continue;
    const key = `${one.name} ${names.join()}`;
    lacking.set(key, { names, by: [...(lacking.get(key)?.by ?? []), one] });
  }
  for (const { names, by } of lacking.values())
    tell(
      "exec-lacks",
      by.some((one) => own.includes(one)) ? "warning" : "note",
      "/syscalls",
      `exec into a container fails under ${by.map(nameOf).join(", ")}, health checks too: the profile lacks ${listed(names, 30)}`,
      "Allow them, unless nobody execs into the container.",
    );
}
