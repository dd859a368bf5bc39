/**
 * What a running container gets for one system call under a profile: the answer of the filter that the runtime and its
 * libseccomp make of it, with all that they add, drop and override (notes/seccomp).
 */

import type { Abi } from "../../spec/recording.ts";
import type { Action, SeccompProfile } from "../../spec/seccomp.ts";
import { defaultOutcome, type Outcome, strictest } from "./actions.ts";
import { architectureOf } from "./actions-architectures.ts";
import { architecturesOf, nativeArchitecture } from "./evaluate-architectures.ts";
import { branchHolds } from "./evaluate-arguments.ts";
import { type Branch, branchesOf } from "./evaluate-rules.ts";
import { stubAbove } from "./evaluate-stub.ts";
import { numberOf } from "./names.ts";

export interface Call {
  abi: Abi;
  name: string;
  /** Of a call whose name no table has. */
  nr?: number;
  /** What is known of the six: unsigned, whole numbers; an unknown one is left out. */
  args?: readonly (number | undefined)[];
}

export interface Target {
  arch: "x86_64" | "aarch64";
  /** The container's bounding set, CAP_ names; what Docker and Podman ask `includes.caps` about. */
  caps: readonly string[];
  /** "6.1.0-9-amd64"; a rule with `minKernel` is taken to hold where it is unknown. */
  kernel?: string;
  /** Without it the filter is libseccomp's alone, as crun loads it. */
  runtime?: "runc" | "crun";
  /** Version of the runtime's libseccomp; without it every name is known. */
  libseccomp?: string;
  /** Whose dialect is read; Docker's, which has all of it, unless said. Podman knows no minKernel. */
  engine?: "docker" | "podman";
}

export type Why =
  /** A rule, by its place in `syscalls`; the comparison that did it when the rule was split. */
  | { kind: "rule"; rule: number; conditional: boolean }
  | { kind: "default" }
  /** No such architecture in the filter: SIGSYS, whatever the default action is. */
  | { kind: "architecture"; missing: string }
  /** runc: the number is above every number that the profile names. */
  | { kind: "enosys-stub"; above: number };

export interface Verdict {
  action: Action;
  errno?: number;
  why: Why;
  /** Rules that could not be decided, since arguments are unknown: what each would give, in the profile's order. */
  perhaps?: { rule: number; outcome: Outcome }[];
}

/** What the call gets. Several conditional rules that hold and differ: the strictest, as the profile cannot mean more. */
export function evaluate(profile: SeccompProfile, call: Call, target: Target): Verdict {
  return evaluator(profile, target)(call);
}

/** The same for many calls: the profile is read once. */
export function evaluator(profile: SeccompProfile, target: Target): (call: Call) => Verdict {
  const architectures = architecturesOf(profile, target);
  const branches = branchesOf(profile, target);
  const byDefault = defaultOutcome(profile);
  const stubs = new Map<Abi, number | undefined>();
  return (call) => {
    const architecture = architectureOf(call.abi);
    if (architecture !== nativeArchitecture(target) && !architectures.includes(architecture))
      return { action: "SCMP_ACT_KILL_THREAD", why: { kind: "architecture", missing: architecture } };
    if (target.runtime === "runc" && architectures.includes(architecture)) {
      if (!stubs.has(call.abi)) stubs.set(call.abi, stubAbove(profile, call.abi, target));
      const above = stubs.get(call.abi);
      const number = call.nr ?? numberOf(call.abi, call.name);
      if (above !== undefined && number !== undefined && number > above)
        return { action: "SCMP_ACT_ERRNO", errno: 38, why: { kind: "enosys-stub", above } };
    }
    return answer(branches.get(call.name) ?? [], call.args ?? [], byDefault);
  };
}

function answer(all: readonly Branch[], args: readonly (number | undefined)[], byDefault: Outcome): Verdict {
  // libseccomp keeps the first rule without comparisons, and no other rule beside it.
  const plain = all.find((branch) => branch.args.length === 0);
  if (plain !== undefined)
    return { ...plain.outcome, why: { kind: "rule", rule: plain.rule, conditional: false } };

  const perhaps: { rule: number; outcome: Outcome }[] = [];
  let holding: Branch | undefined;
  for (const branch of all) {
    const holds = branchHolds(branch.args, args);
    if (holds === undefined) perhaps.push({ rule: branch.rule, outcome: branch.outcome });
    if (holds !== true) continue;
    if (holding === undefined || strictest(holding.outcome, branch.outcome) !== holding.outcome)
      holding = branch;
  }
  const verdict: Verdict =
    holding === undefined
      ? { ...byDefault, why: { kind: "default" } }
      : { ...holding.outcome, why: { kind: "rule", rule: holding.rule, conditional: true } };
  if (perhaps.length > 0) verdict.perhaps = perhaps;
  return verdict;
}
