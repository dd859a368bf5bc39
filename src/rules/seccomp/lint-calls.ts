/** Calls that every container needs one way or another: those without which nothing runs, and clone3. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { letsThrough } from "./actions.ts";
import { namesOf } from "./actions-policy.ts";
import { evaluator } from "./evaluate.ts";
import { ruleApplies } from "./evaluate-rules.ts";
import type { LintOptions, Severity, Tell } from "./lint-finding.ts";
import { numberOf } from "./names.ts";
import { knownToLibseccomp } from "./names-libseccomp.ts";

const NEEDED: readonly [name: string, severity: Severity, lack: string][] = [
  ["execve", "error", "the container's program cannot be started"],
  ["exit_group", "error", "a process that ends spins instead"],
  ["rt_sigreturn", "error", "a process that gets a signal crashes, without a word"],
  ["exit", "warning", "a thread that ends takes the process down"],
];

const ENOSYS = 38;

export function lintCalls(profile: SeccompProfile, options: LintOptions, tell: Tell): void {
  const evaluate = evaluator(profile, options.target);
  const abi = options.target.arch;
  for (const [name, severity, lack] of NEEDED) {
    const { action, perhaps } = evaluate({ abi, name });
    if (letsThrough(action) || perhaps?.some(({ outcome }) => letsThrough(outcome.action))) continue;
    tell("missing-always", severity, "/syscalls", `${name} is refused: ${lack}`, `Allow ${name}.`);
  }
  lintClone3(profile, options, tell);
}

function lintClone3(profile: SeccompProfile, options: LintOptions, tell: Tell): void {
  const { target } = options;
  const runtimes = options.runtime === undefined ? (["runc", "crun"] as const) : [options.runtime.name];
  const wrong = runtimes.flatMap((runtime) => {
    const { action, errno, why } = evaluator(profile, { ...target, runtime })({
      abi: target.arch,
      name: "clone3",
    });
    return letsThrough(action) || errno === ENOSYS
      ? []
      : [{ runtime, action, errno, byDefault: why.kind === "default" }];
  });
  const [first] = wrong;
  if (first === undefined) return;
  const shadow =
    wrong.some(({ runtime }) => runtime === "runc") && first.byDefault
      ? shadowing(profile, options)
      : undefined;
  const answer = first.errno === undefined ? first.action : `errno ${first.errno}`;
  const because =
    shadow === undefined ? "" : `; runc would answer ENOSYS, but the profile names ${shadow}, a newer call`;
  tell(
    "clone3-errno",
    "warning",
    "/syscalls",
    `clone3 gets ${answer} under ${wrong.map(({ runtime }) => runtime).join(" and ")}, and libraries do not fall back to clone${because}`,
    "Add a rule for clone3 with SCMP_ACT_ERRNO and errnoRet 38, or allow it.",
  );
}

/** The name with the largest number, which is where runc's own ENOSYS begins. */
function shadowing(profile: SeccompProfile, { target }: LintOptions): string | undefined {
  const abi = target.arch;
  const numbered = (profile.syscalls ?? [])
    .filter((rule) => ruleApplies(rule, target))
    .flatMap(namesOf)
    .filter((name) => knownToLibseccomp(name, target.libseccomp))
    .map((name) => [name, numberOf(abi, name) ?? -1] as const)
    .sort(([, a], [, b]) => b - a);
  const [largest] = numbered;
  return largest !== undefined && largest[1] > (numberOf(abi, "clone3") ?? Infinity) ? largest[0] : undefined;
}
