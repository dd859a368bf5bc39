/** The traps of seccomp profiles: what each is called, and a finding of one in a profile. */

import type { Target } from "./evaluate.ts";

export const LINT_RULES = {
  "empty-names": "A rule names no system call; runtimes refuse it, or ignore it.",
  "unknown-name": "No kernel table has the name; runtimes ignore it in silence.",
  "unknown-to-libseccomp": "The runtime's libseccomp does not know the name and ignores the rule in silence.",
  "missing-always": "A call is refused without which a process cannot start, end, or return from a signal.",
  "missing-architecture": "Programs of an architecture are killed, whatever the default action is.",
  "open-abi": "A second calling convention is open that hardly any program uses.",
  "clone3-errno": "clone3 is refused with another errno than ENOSYS, so libraries do not fall back to clone.",
  "dropped-rule": "The rule does what the default does; runtimes drop it.",
  "overridden-rule": "A rule without conditions for the same call wins over the rule with conditions.",
  "conflicting-rules": "Two rules without conditions give the same call different answers.",
  "split-arguments":
    "One rule compares an argument twice; runtimes make two rules of it, of which either is enough.",
  "flags-unsupported": "The runtime does not take flags, or does not know one of them.",
  "errno-without-action": "An errno stands beside an action that has none.",
  "notify-refused": "The runtime refuses SCMP_ACT_NOTIFY there.",
  "minkernel-ignored": "Podman does not know minKernel and always applies the rule.",
  "errno-name-ignored": "Docker does not know errno values by name and answers EPERM.",
  "archmap-lookup": "The map of architectures has no entry that the engine finds for the host.",
  "runtime-lacks": "A runtime cannot start a container under this profile, as far as it was measured.",
  "exec-lacks": "A runtime cannot exec into a container under this profile, as far as it was measured.",
  "allows-everything": "The default action lets everything through and no rule refuses anything.",
} as const;

export type LintRuleId = keyof typeof LINT_RULES;

export type Severity = "error" | "warning" | "note";

export interface Finding {
  rule: LintRuleId;
  severity: Severity;
  /** JSON pointer to the place in the profile; "" for the whole. */
  pointer: string;
  message: string;
  /** What to do, in the imperative. */
  mend: string;
}

export interface LintOptions {
  /** Where the profile shall be used. Its `runtime` is that below. */
  target: Omit<Target, "runtime">;
  /** Under which runtime; without it the traps of all are told, and less gravely. */
  runtime?: { name: "runc" | "crun"; version?: string };
  /** Undefined: with and without. */
  noNewPrivileges?: boolean;
}

/** How each part of the linter tells. */
export type Tell = (
  rule: LintRuleId,
  severity: Severity,
  pointer: string,
  message: string,
  mend: string,
) => void;

/** `a, b and 3 more`. */
export function listed(names: readonly string[], most = 12): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
