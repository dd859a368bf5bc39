/** Policies written as rules again: calls with the same rule stand together, names sorted, in an order that never varies. */

import type { SeccompRule } from "../../spec/seccomp.ts";
import { compareActions, type Outcome, sameOutcome } from "./actions.ts";
import type { Condition, Policy, RuleRest } from "./actions-policy.ts";
import { text } from "./merge-sets.ts";

interface Group {
  names: string[];
  outcome: Outcome;
  condition: Condition | undefined;
  rest: RuleRest;
  key: string;
}

/** The rules of a filter with that default. What the default gives is not written. */
export function rulesOf(policies: ReadonlyMap<string, Policy>, byDefault: Outcome): SeccompRule[] {
  const groups = new Map<string, Group>();
  const add = (
    name: string,
    outcome: Outcome,
    condition: Condition | undefined,
    branch: string,
    rest: RuleRest,
  ) => {
    const key = JSON.stringify([branch, outcome.action, outcome.errno ?? -1, rest]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [name], outcome, condition, rest, key });
    else if (!group.names.includes(name)) group.names.push(name);
  };
  for (const [name, policy] of policies) {
    if (!sameOutcome(policy.base, byDefault)) add(name, policy.base, undefined, "", policy.rest);
    for (const { outcome, condition, key, rest } of policy.branches) add(name, outcome, condition, key, rest);
  }
  for (const group of groups.values()) group.names.sort(text);
  return [...groups.values()].sort(inOrder).map(ruleOf);
}

/**
 * Rules that ask about the host, the most restrictive first, then rules without conditions, then those about arguments:
 * of rules without comparisons libseccomp keeps the first that holds.
 */
function inOrder(a: Group, b: Group): number {
  const byAction = compareActions(b.outcome.action, a.outcome.action);
  return (
    kind(a) - kind(b) ||
    (kind(a) === 0 ? -byAction : byAction) ||
    text(a.names[0] ?? "", b.names[0] ?? "") ||
    text(a.key, b.key)
  );
}

function kind({ condition }: Group): number {
  return condition === undefined ? 1 : condition.args.length === 0 ? 0 : 2;
}

function ruleOf({ names, outcome, condition, rest }: Group): SeccompRule {
  return {
    names,
    action: outcome.action,
    ...(outcome.errno === undefined ? {} : { errnoRet: outcome.errno }),
    ...((condition?.args.length ?? 0) === 0 ? {} : { args: condition?.args ?? [] }),
    ...(condition?.includes === undefined ? {} : { includes: condition.includes }),
    ...(condition?.excludes === undefined ? {} : { excludes: condition.excludes }),
    ...rest,
  };
}
