/** The whole examination: facts about the machine, and what every check found, the gravest first. */

import { programOf, versionOf } from "../engines/machine.ts";
import { kernelRelease, machineName } from "../linux/uts.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { type CgroupMode, cgroupMode, checkCgroups } from "./cgroups.ts";
import { checkClock } from "./clock.ts";
import { checkConflicts } from "./conflicts.ts";
import { checkDisk } from "./disk.ts";
import { checkEngines } from "./engines.ts";
import { type Finding, finding, type Severity } from "./finding.ts";
import { checkHooksDirectories } from "./hooks-directories.ts";
import { checkKernel } from "./kernel.ts";
import { checkPlan } from "./plan.ts";
import { checkPrograms } from "./programs.ts";
import { checkRuntimes } from "./runtimes.ts";
import { type ExaminedEngine, type Subject, type SubjectOptions, subjectOf } from "./subject.ts";

export interface Examination {
  readonly kernel: string;
  readonly architecture: string;
  readonly cgroups: CgroupMode;
  /** Version of each OCI runtime that is installed. */
  readonly runtimes: { readonly [name: string]: string };
  /** `sha256:…`; absent when none is in force, or when it cannot be read. */
  readonly plan?: string;
  readonly engines: readonly ExaminedEngine[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** Of the gravest finding; absent when there is none. */
  readonly worst?: Severity;
}

const CHECKS: { readonly [name: string]: (subject: Subject) => Finding[] } = {
  kernel: checkKernel,
  cgroups: checkCgroups,
  programs: checkPrograms,
  plan: checkPlan,
  engines: checkEngines,
  runtimes: checkRuntimes,
  "hooks directories": checkHooksDirectories,
  conflicts: checkConflicts,
  clock: checkClock,
  disk: checkDisk,
};

const GRAVITY: readonly Severity[] = ["error", "warning", "note"];

/** Never throws for what is wrong with the machine: saying so is its work. */
export function examine(roots: Roots, options: SubjectOptions): Examination {
  const subject = subjectOf(roots, options);
  const found = Object.entries(CHECKS).flatMap(([name, check]) => looked(name, () => check(subject)));
  const findings = GRAVITY.flatMap((severity) => found.filter((one) => one.severity === severity));
  const { machine, engines, plan } = subject;
  const runtimes = ["runc", "crun"].flatMap((name): [string, string][] => {
    const program = programOf(machine, name);
    return program === undefined ? [] : [[name, versionOf(program) ?? "of no known version"]];
  });
  return {
    kernel: kernelRelease(),
    architecture: machineName(),
    cgroups: cgroupMode(),
    runtimes: Object.fromEntries(runtimes),
    ...(plan !== undefined && !(plan instanceof Failure) && { plan: `sha256:${plan.digest}` }),
    engines,
    findings,
    ...(findings[0] && { worst: findings[0].severity }),
  };
}

/** What a check cannot look at, for want of rights mostly, is a finding itself. */
function looked(name: string, check: () => Finding[]): Finding[] {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const mend =
      (error instanceof Failure ? error.hint : undefined) ?? "run it as root, and look at what is named";
    return [finding("warning", "not_examined", `the check of ${name} was cut short: ${error.message}`, mend)];
  }
}
