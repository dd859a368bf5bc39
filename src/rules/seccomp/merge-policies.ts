/**
 * The policies of two profiles for one call put together, and what a filter can say of the result. What is lost is noted;
 * but for `limitTogether`, it makes the result more restrictive, never less.
 */

import { compareActions, type Outcome, sameOutcome, strictest } from "./actions.ts";
import type { Branch, Condition, Policy } from "./actions-policy.ts";

export interface Noted {
  policy: Policy;
  /** What was lost. */
  note?: string;
}

/** Under a condition of one profile the other gives what it gives under the same condition, or else without. */
export function combine(
  a: Policy,
  b: Policy,
  base: Policy,
  choose: (a: Outcome, b: Outcome) => Outcome,
): Noted {
  const kept: Branch[] = [];
  const dropped: Branch[] = [];
  for (const [own, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const branch of own.branches) {
      if (kept.some(({ key }) => key === branch.key)) continue;
      const there = other.branches.find(({ key }) => key === branch.key)?.outcome ?? other.base;
      const outcome = choose(branch.outcome, there);
      const into = sameOutcome(outcome, base.base) ? dropped : kept;
      into.push({ ...branch, outcome });
    }
  }
  // What is dropped took something back from what is looser and may hold at the same time.
  const branches = kept.filter(
    (one) =>
      !dropped.some(
        (other) => compareActions(one.outcome.action, other.outcome.action) > 0 && mayMeet(one, other),
      ),
  );
  const policy = { ...base, branches };
  if (branches.length === kept.length) {
    const meeting = branches.some((one) =>
      [...branches, ...dropped].some(
        (other) =>
          !sameOutcome(one.outcome, other.outcome) && mayMeet(one, other) && !metBefore(one, other, [a, b]),
      ),
    );
    return meeting
      ? { policy, note: "where two conditions hold at once, the more restrictive one counts" }
      : { policy };
  }
  return { policy, note: "a condition that another one limited is left out" };
}

/**
 * Whether each profile has a condition under which it is stricter than without, another one than the other's, and both may
 * hold at once: only then is the union strict, and a filter cannot say that.
 */
export function limitTogether(a: Policy, b: Policy): boolean {
  const limits = ({ base, branches }: Policy) =>
    branches.filter(({ outcome }) => compareActions(outcome.action, base.action) < 0);
  return limits(a).some((one) => limits(b).some((other) => one.key !== other.key && mayMeet(one, other)));
}

/** Whether one profile has both, so that what counts where both hold is what counted there. */
function metBefore(one: Branch, other: Branch, policies: readonly Policy[]): boolean {
  const compared = [one, other].every(({ condition }) => condition.args.length > 0);
  const has = (policy: Policy, { key }: Branch) => policy.branches.some((branch) => branch.key === key);
  return compared && policies.some((policy) => has(policy, one) && has(policy, other));
}

/** Whether both conditions can hold at once, as far as that is plain to see. */
function mayMeet({ condition: a }: Branch, { condition: b }: Branch): boolean {
  return !(contradict(a, b) || contradict(b, a) || differ(a, b));
}

/** One value is not two. */
function differ(a: Condition, b: Condition): boolean {
  return a.args.some((one) =>
    b.args.some(
      (other) =>
        one.index === other.index &&
        one.op === "SCMP_CMP_EQ" &&
        other.op === "SCMP_CMP_EQ" &&
        one.value !== other.value,
    ),
  );
}

/** A capability that the one asks for keeps the other out. */
function contradict({ includes }: Condition, { excludes }: Condition): boolean {
  return includes?.caps?.some((cap) => excludes?.caps?.includes(cap)) ?? false;
}

/**
 * A rule without comparisons voids those with (notes 6.5), and a rule that gives the default is dropped, so conditions
 * work beside the default action, and beside another one only those that ask about the host.
 */
export function expressible(policy: Policy, byDefault: Outcome): Noted {
  if (sameOutcome(policy.base, byDefault)) return { policy };
  const works = ({ condition, outcome }: Branch) =>
    condition.args.length === 0 && !sameOutcome(outcome, byDefault);
  if (policy.branches.every(works)) return { policy };
  const base = policy.branches.map(({ outcome }) => outcome).reduce(strictest, policy.base);
  const note = `a filter with this default action cannot keep its conditions; it gets ${base.action}`;
  return { policy: { ...policy, base, explicit: true, branches: [] }, note };
}
