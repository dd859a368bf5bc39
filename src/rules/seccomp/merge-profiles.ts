/**
 * Several profiles put together: a call is let through where any of them lets it through, or only where all do. A
 * filter cannot say everything that such a merge may mean; what it cannot say is noted.
 */

import { Failure } from "../../spec/failure.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { defaultOutcome, loosest, type Outcome, strictest } from "./actions.ts";
import { defaultPolicy, type Policy, policiesOf } from "./actions-policy.ts";
import { mergeArchitectures } from "./merge-architectures.ts";
import { combine, expressible, limitTogether, type Noted, shadows } from "./merge-policies.ts";
import type { MergeMode } from "./merge-recordings.ts";
import { rulesOf } from "./merge-rules.ts";
import { text, union } from "./merge-sets.ts";

export interface MergedProfile {
  profile: SeccompProfile;
  /** What could not be kept, one sentence each, sorted by call. */
  notes: string[];
}

/**
 * Merges at least one profile. Comments, errno values and fields that only the first has win over those of a later one.
 * Throws a `Failure` `profiles_differ` for none, and for an intersection without a common architecture.
 */
export function mergeProfiles(profiles: readonly SeccompProfile[], mode: MergeMode): MergedProfile {
  const [first, ...others] = profiles;
  if (first === undefined)
    throw new Failure("profiles_differ", "merge profiles: there is none", { hint: "Name at least one." });
  const notes: string[] = [];
  const profile = others.reduce((merged, other) => mergeTwo(merged, other, mode, notes), normalized(first));
  return { profile, notes: union([notes], text) };
}

/** One profile as a merge writes it, so that merging it with itself changes nothing. */
function normalized(profile: SeccompProfile): SeccompProfile {
  const { architectures, archMap, flags } = profile;
  const fields = {
    ...(architectures === undefined ? {} : { architectures }),
    ...(archMap === undefined ? {} : { archMap }),
    ...(flags === undefined ? {} : { flags }),
  };
  return written(profile, defaultOutcome(profile), fields, policiesOf(profile));
}

function mergeTwo(a: SeccompProfile, b: SeccompProfile, mode: MergeMode, notes: string[]): SeccompProfile {
  const choose = mode === "union" ? loosest : strictest;
  const byDefault = choose(defaultOutcome(a), defaultOutcome(b));
  const ofA = policiesOf(a);
  const ofB = policiesOf(b);
  const merged = new Map<string, Policy>();
  for (const name of union([[...ofA.keys()], [...ofB.keys()]], text)) {
    const pair = [ofA.get(name) ?? defaultPolicy(a), ofB.get(name) ?? defaultPolicy(b)] as const;
    const { policy, note } = mode === "union" ? unite(...pair) : intersect(...pair);
    const final = expressible(policy, byDefault);
    for (const one of [note, final.note]) if (one !== undefined) notes.push(`${name}: ${one}`);
    merged.set(name, final.policy);
  }
  const flags = mode === "union" ? union([a.flags ?? [], b.flags ?? []], text) : commonFlags(a, b);
  const fields = { ...mergeArchitectures(a, b, mode), ...(flags.length === 0 ? {} : { flags }) };
  return written({ ...b, ...a }, byDefault, fields, merged);
}

type Fields = Pick<SeccompProfile, "architectures" | "archMap" | "flags">;

/** Fields in one order, those that we do not know before the rules. */
function written(
  from: SeccompProfile,
  byDefault: Outcome,
  fields: Fields,
  policies: ReadonlyMap<string, Policy>,
): SeccompProfile {
  const { defaultAction: _a, defaultErrno: _b, defaultErrnoRet: _c, syscalls: _d, ...others } = from;
  const { architectures: _e, archMap: _f, flags: _g, ...rest } = others;
  return {
    defaultAction: byDefault.action,
    ...(byDefault.errno === undefined ? {} : { defaultErrnoRet: byDefault.errno }),
    ...fields,
    ...rest,
    syscalls: rulesOf(policies, byDefault),
  };
}

function commonFlags(a: SeccompProfile, b: SeccompProfile): string[] {
  return (a.flags ?? []).filter((flag) => b.flags?.includes(flag)).sort(text);
}

function unite(a: Policy, b: Policy): Noted {
  const united = combine(a, b, choosing(a, b, loosest), loosest);
  if (limitTogether(a, b))
    return {
      ...united,
      note: "the profiles limit it under different conditions; the union limits it under neither",
    };
  if ([a, b].some((one) => shadows(one)))
    return {
      ...united,
      note: "several of its rules may hold on one host; the union may let more through than either",
    };
  return united;
}

function intersect(a: Policy, b: Policy): Noted {
  const base = choosing(a, b, strictest);
  if (a.branches.length > 0 && b.branches.length > 0 && keysOf(a) !== keysOf(b)) {
    const all = [...a.branches, ...b.branches].map(({ outcome }) => outcome);
    return {
      policy: { ...base, base: all.reduce(strictest, base.base), branches: [] },
      note: "the profiles have different conditions for it; the intersection allows it under none",
    };
  }
  return combine(a, b, base, strictest);
}

function keysOf({ branches }: Policy): string {
  return JSON.stringify(branches.map(({ key }) => key).sort());
}

/** What both give without a condition. Of two that rank alike, a rule counts before a default. */
function choosing(a: Policy, b: Policy, choose: (a: Outcome, b: Outcome) => Outcome): Policy {
  const [former, latter] = b.explicit && !a.explicit ? [b, a] : [a, b];
  const base = choose(former.base, latter.base);
  return { ...(base === former.base ? former : latter), base };
}
