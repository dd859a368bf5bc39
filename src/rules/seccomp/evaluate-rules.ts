/**
 * The rules that reach the filter: those of which Docker's or Podman's conditions hold on the host, whose action is not
 * the default one, for names that libseccomp knows.
 */

import type { SeccompArgument, SeccompFilter, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { defaultOutcome, type Outcome, ruleOutcome, sameOutcome } from "./actions.ts";
import { nativeName } from "./actions-architectures.ts";
import { namesOf } from "./actions-policy.ts";
import { type Host, nativeArchitecture } from "./evaluate-architectures.ts";
import { knownToLibseccomp } from "./names-libseccomp.ts";

export interface Conditions extends Host {
  caps: readonly string[];
  kernel?: string;
  engine?: "docker" | "podman";
}

/** One rule of libseccomp's: all comparisons must hold. */
export interface Branch {
  /** Where the rule is in the profile's `syscalls`. */
  rule: number;
  args: readonly SeccompArgument[];
  outcome: Outcome;
}

/** By name, in the profile's order. */
export function branchesOf(
  profile: SeccompProfile,
  target: Conditions & { libseccomp?: string },
): Map<string, Branch[]> {
  const byName = new Map<string, Branch[]>();
  const byDefault = defaultOutcome(profile);
  (profile.syscalls ?? []).forEach((rule, place) => {
    const outcome = ruleOutcome(rule);
    if (sameOutcome(outcome, byDefault) || !ruleApplies(rule, target)) return;
    for (const name of namesOf(rule)) {
      if (!knownToLibseccomp(name, target.libseccomp)) continue;
      const branches = byName.get(name) ?? [];
      byName.set(name, branches);
      for (const args of splitArguments(rule.args ?? [])) branches.push({ rule: place, args, outcome });
    }
  });
  return byName;
}

/** Whether `includes` and `excludes` let the rule in; they ask about the bounding set, the host's own architecture and kernel. */
export function ruleApplies(rule: SeccompRule, target: Conditions): boolean {
  const { includes, excludes } = rule;
  return (
    (includes === undefined || included(includes, target)) &&
    !(excludes !== undefined && excluded(excludes, target))
  );
}

/** Runtimes make a rule of each comparison when a rule compares one argument twice: any of them is then enough. */
function splitArguments(args: readonly SeccompArgument[]): (readonly SeccompArgument[])[] {
  const twice = new Set(args.map(({ index }) => index)).size < args.length;
  return twice ? args.map((one) => [one]) : [args];
}

function included({ caps, arches, minKernel }: SeccompFilter, target: Conditions): boolean {
  if (caps?.some((cap) => !target.caps.includes(cap))) return false;
  if (arches !== undefined && arches.length > 0 && !arches.includes(hostName(target))) return false;
  return minKernel === undefined || atLeast(minKernel, target);
}

function excluded({ caps, arches, minKernel }: SeccompFilter, target: Conditions): boolean {
  if (caps?.some((cap) => target.caps.includes(cap))) return true;
  if (arches?.includes(hostName(target))) return true;
  return (
    minKernel !== undefined && minKernel !== "" && target.engine !== "podman" && atLeast(minKernel, target)
  );
}

function hostName(target: Conditions): string {
  return nativeName(nativeArchitecture(target)) ?? "";
}

/** "M.m" against the host's release; Podman does not read it at all. */
function atLeast(wanted: string, { kernel, engine }: Conditions): boolean {
  if (engine === "podman" || kernel === undefined || wanted === "") return true;
  const [major = 0, minor = 0] = wanted.split(".").map(leadingNumber);
  const [hasMajor = 0, hasMinor = 0] = kernel.split(".").map(leadingNumber);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}

function leadingNumber(text: string): number {
  return Number.parseInt(text, 10) || 0;
}
