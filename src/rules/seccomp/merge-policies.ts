/**
 * The policies of two profiles for one call put together, and what a filter can say of the result. What is lost is noted;
 * but for `limitTogether` and `shadows`, it makes the result more restrictive, never less.
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
  const branches = limited(kept, dropped, [a, b]);
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

/**
 * Without the branches that were kept from something by a branch of the same profile which is gone: they are looser than
 * it, and may hold at the same time. What goes so may in turn have limited others.
 */
function limited(kept: Branch[], dropped: readonly Branch[], policies: readonly Policy[]): Branch[] {
  const gone = [...dropped];
  let left = kept;
  for (let before = -1; before !== gone.length; ) {
    before = gone.length;
    const free = left.filter(
      (one) =>
        !gone.some(
          (other) =>
            compareActions(one.outcome.action, other.outcome.action) > 0 &&
            mayMeet(one, other) &&
            policies.some((policy) => has(policy, one) && has(policy, other)),
        ),
    );
    gone.push(...left.filter((one) => !free.includes(one)));
    left = free;
  }
  return left;
}

function has({ branches }: Policy, { key }: Branch): boolean {
  return branches.some((branch) => branch.key === key);
}

/** Whether one profile has both, and the other none or both, so that what counts where both hold is what counted there. */
function metBefore(one: Branch, other: Branch, policies: readonly Policy[]): boolean {
  const compared = [one, other].every(({ condition }) => condition.args.length > 0);
  return compared && policies.every((policy) => has(policy, one) === has(policy, other));
}

/** Whether rules that ask about the host shadow each other in a profile: the first that holds counts. */
export function shadows({ branches }: Policy): boolean {
  const hosts = branches.filter(({ condition }) => condition.args.length === 0);
  return hosts.some((one) =>
    hosts.some((other) => !sameOutcome(one.outcome, other.outcome) && mayMeet(one, other)),
  );
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
