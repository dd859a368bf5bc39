/**
 * What another profile would change: call by call what it gets in one and in the other, with the conditions, the
 * dangerous calls first. The one before may be the engine's default profile, read from where the host has it.
 */

import type { Action, SeccompProfile } from "../../spec/seccomp.ts";
import { defaultOutcome, letsThrough, type Outcome, sameOutcome } from "./actions.ts";
import { defaultPolicy, type Policy, policiesOf } from "./actions-policy.ts";
import { profileFor } from "./convert-target.ts";
import { conditionText } from "./diff-conditions.ts";
import type { Target } from "./evaluate.ts";
import { everyArchitecture } from "./merge-architectures.ts";
import { text, union } from "./merge-sets.ts";
import { RISKS, type RiskGroup, riskOf } from "./risk.ts";

export interface Side {
  action: Action;
  errno?: number;
  /** Whether no rule says so. */
  byDefault: boolean;
  /** What it gets instead under a condition. */
  when: { condition: string; action: Action; errno?: number }[];
}

export interface CallDifference {
  name: string;
  /** `opens`: more gets through than before. `changes`: another refusal, or another condition. */
  change: "opens" | "closes" | "changes";
  before: Side;
  after: Side;
}

export interface ProfileDifference {
  same: boolean;
  /** What a call gets that neither profile names; undefined when that is the same. */
  otherCalls: { before: Outcome; after: Outcome } | undefined;
  architectures: { added: string[]; removed: string[] };
  flags: { added: string[]; removed: string[] };
  /** Only groups with a difference, the gravest first; calls by name. */
  groups: (RiskGroup & { calls: CallDifference[] })[];
  opens: number;
  closes: number;
  changes: number;
}

/**
 * The difference. With a target, rules that do not apply there are left out and `archMap` is resolved, so that the
 * difference is between two filters; without, what rules ask about the host is part of their condition.
 */
export function diffProfiles(
  before: SeccompProfile,
  after: SeccompProfile,
  target?: Target,
): ProfileDifference {
  const [a, b] =
    target === undefined ? [before, after] : [profileFor(before, target), profileFor(after, target)];
  const calls = differences(a, b);
  const [defaultA, defaultB] = [defaultOutcome(a), defaultOutcome(b)];
  const otherCalls = sameOutcome(defaultA, defaultB) ? undefined : { before: defaultA, after: defaultB };
  const architectures = change(everyArchitecture(a), everyArchitecture(b));
  const flags = change(a.flags ?? [], b.flags ?? []);
  const count = (kind: CallDifference["change"]) => calls.filter((call) => call.change === kind).length;
  return {
    same: calls.length === 0 && otherCalls === undefined && isEmpty(architectures) && isEmpty(flags),
    otherCalls,
    architectures,
    flags,
    groups: RISKS.map((risk) => ({
      ...risk,
      calls: calls.filter(({ name }) => riskOf(name) === risk),
    })).filter((group) => group.calls.length > 0),
    opens: count("opens"),
    closes: count("closes"),
    changes: count("changes"),
  };
}

function differences(a: SeccompProfile, b: SeccompProfile): CallDifference[] {
  const ofA = policiesOf(a);
  const ofB = policiesOf(b);
  const found: CallDifference[] = [];
  for (const name of union([[...ofA.keys()], [...ofB.keys()]], text)) {
    const before = ofA.get(name) ?? defaultPolicy(a);
    const after = ofB.get(name) ?? defaultPolicy(b);
    if (samePolicy(before, after)) continue;
    const more = openness(after) - openness(before);
    found.push({
      name,
      change: more > 0 ? "opens" : more < 0 ? "closes" : "changes",
      before: sideOf(before),
      after: sideOf(after),
    });
  }
  return found;
}

function samePolicy(a: Policy, b: Policy): boolean {
  return (
    sameOutcome(a.base, b.base) &&
    a.branches.length === b.branches.length &&
    a.branches.every((one) =>
      b.branches.some((other) => other.key === one.key && sameOutcome(other.outcome, one.outcome)),
    )
  );
}

/** 0: never let through; 1: under some condition; 2: always. */
function openness({ base, branches }: Policy): number {
  const all = [base, ...branches.map(({ outcome }) => outcome)].map(({ action }) => letsThrough(action));
  return all.every(Boolean) ? 2 : all.some(Boolean) ? 1 : 0;
}

function sideOf({ base, explicit, branches }: Policy): Side {
  return {
    ...base,
    byDefault: !explicit,
    when: branches
      .map(({ condition, outcome }) => ({ condition: conditionText(condition), ...outcome }))
      .sort((x, y) => text(x.condition, y.condition)),
  };
}

function change(before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } {
  return {
    added: after.filter((one) => !before.includes(one)).sort(text),
    removed: before.filter((one) => !after.includes(one)).sort(text),
  };
}

function isEmpty({ added, removed }: { added: string[]; removed: string[] }): boolean {
  return added.length + removed.length === 0;
}
