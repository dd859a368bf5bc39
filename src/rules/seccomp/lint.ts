/**
 * What is wrong with a profile although it can be read: traps of libseccomp, of the runtimes and of the engines, each as
 * it was measured (notes/seccomp), with a mend.
 */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { lintArchitectures } from "./lint-architectures.ts";
import { lintCalls } from "./lint-calls.ts";
import type { Finding, LintOptions, Severity, Tell } from "./lint-finding.ts";
import { lintFormats } from "./lint-formats.ts";
import { lintNames } from "./lint-names.ts";
import { lintOverrides } from "./lint-overrides.ts";
import { lintRuntimes } from "./lint-runtimes.ts";

export type {
  Finding,
  LintOptions,
} from "./lint-finding.ts";

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** The findings, the gravest first, and of those alike in the order of the profile. */
export function lintProfile(profile: SeccompProfile, options: LintOptions): Finding[] {
  const findings: Finding[] = [];
  const tell: Tell = (rule, severity, pointer, message, mend) => {
    findings.push({ rule, severity, pointer, message, mend });
  };
  lintNames(profile, options, tell);
  lintOverrides(profile, options, tell);
  lintFormats(profile, options, tell);
  lintArchitectures(profile, options, tell);
  lintCalls(profile, options, tell);
  lintRuntimes(profile, options, tell);
  return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
