/** `seccomp lint PROFILE…`: the traps of libseccomp, runtimes and engines. */

import { type Finding, lintProfile } from "../rules/seccomp/lint.ts";
import type { Roots } from "../spec/roots.ts";
import { hostTarget, profileFile } from "./seccomp-files.ts";

export interface LintWish {
  files: readonly string[];
  runtime?: "runc" | "crun";
  runtimeVersion?: string;
  libseccomp?: string;
  noNewPrivileges?: boolean;
}

export interface LintResult {
  findings: (Finding & { file: string })[];
  errors: number;
  warnings: number;
}

/** Findings are the result, not a failure. @throws Failure for a file that is no profile */
export async function seccompLint(roots: Roots, wish: LintWish): Promise<LintResult> {
  const { runtime, runtimeVersion, libseccomp, noNewPrivileges } = wish;
  const target = hostTarget(libseccomp === undefined ? {} : { libseccomp });
  const privileges = noNewPrivileges === undefined ? {} : { noNewPrivileges };
  const findings = wish.files.flatMap((word) => {
    const { file, profile } = profileFile(roots, word);
    const named =
      runtime === undefined
        ? {}
        : {
            runtime: { name: runtime, ...(runtimeVersion === undefined ? {} : { version: runtimeVersion }) },
          };
    return lintProfile(profile, { target, ...named, ...privileges }).map((finding) => ({ file, ...finding }));
  });
  const count = (severity: Finding["severity"]) => findings.filter((one) => one.severity === severity).length;
  return { findings, errors: count("error"), warnings: count("warning") };
}
