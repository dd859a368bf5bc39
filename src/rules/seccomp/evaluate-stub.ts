/**
 * runc's stub: before libseccomp's filter it answers ENOSYS to every number above the largest that the profile names,
 * so that a program falls back from a call which is newer than the profile. Below that number the profile's own answer
 * stands, so naming a newer call takes the stub away from the older ones.
 */

import type { Abi } from "../../spec/recording.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { namesOf } from "./actions-policy.ts";
import { type Conditions, ruleApplies } from "./evaluate-rules.ts";
import { numberOf } from "./names.ts";
import { knownToLibseccomp } from "./names-libseccomp.ts";

/** Actions after which a program learns for itself what the kernel lacks; runc adds no stub to these. */
const LETS_LEARN = ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];

/** The largest number named, in rules that do nothing too; undefined when there is no stub. */
export function stubAbove(
  profile: SeccompProfile,
  abi: Abi,
  target: Conditions & { libseccomp?: string },
): number | undefined {
  if (LETS_LEARN.includes(profile.defaultAction)) return;
  let largest = 0;
  for (const rule of profile.syscalls ?? []) {
    if (!ruleApplies(rule, target)) continue;
    for (const name of namesOf(rule))
      if (knownToLibseccomp(name, target.libseccomp)) largest = Math.max(largest, numberOf(abi, name) ?? 0);
  }
  return largest === 0 ? undefined : largest;
}
