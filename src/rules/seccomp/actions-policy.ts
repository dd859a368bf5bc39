/**
 * What a profile does with one call, in one piece: what it gets as a rule, and what it gets instead when a condition
 * holds. Two profiles are merged and compared in these, since the same can be written in many rules.
 */

import type { SeccompFilter, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { defaultOutcome, type Outcome, ruleOutcome, sameOutcome, strictest } from "./actions.ts";

/** When a rule holds: comparisons of arguments, and the host that Docker and Podman ask about. */
export interface Condition {
  args: NonNullable<SeccompRule["args"]>;
  includes: SeccompFilter | undefined;
  excludes: SeccompFilter | undefined;
}

export interface Branch {
  condition: Condition;
  /** Equal for equal conditions. */
  key: string;
  outcome: Outcome;
  rest: RuleRest;
}

/** What of a rule decides nothing: its comment, and fields that we do not know. */
export type RuleRest = { [field: string]: unknown };

export interface Policy {
  /** Without a condition. */
  base: Outcome;
  /** Whether a rule says so, and not the default action. */
  explicit: boolean;
  branches: Branch[];
  rest: RuleRest;
}

/** The policy of every call that the profile names. The others have `defaultPolicy`. */
export function policiesOf(profile: SeccompProfile): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  const byDefault = defaultOutcome(profile);
  for (const rule of profile.syscalls ?? []) {
    const conditions = conditionsOf(rule);
    const given = ruleOutcome(rule);
    for (const name of new Set(namesOf(rule))) {
      const policy = policies.get(name) ?? defaultPolicy(profile);
      policies.set(name, policy);
      // Runtimes drop a rule that gives what the default gives, so it takes nothing back either.
      if (sameOutcome(given, byDefault)) continue;
      const rest = restOf(rule);
      // Of rules without comparisons libseccomp keeps the first, so none after it counts.
      if (policy.explicit) continue;
      if (conditions.length === 0) Object.assign(policy, { base: given, explicit: true, rest });
      for (const condition of conditions)
        addBranch(policy, { condition, key: conditionKey(condition), outcome: given, rest });
    }
  }
  // And it wins over those with comparisons, whichever comes first (notes 6.5).
  for (const policy of policies.values())
    if (policy.explicit)
      policy.branches = policy.branches.filter(({ condition }) => condition.args.length === 0);
  return policies;
}

export function defaultPolicy(profile: SeccompProfile): Policy {
  return { base: defaultOutcome(profile), explicit: false, branches: [], rest: {} };
}

/** `names`, or Docker's older `name`. */
export function namesOf(rule: SeccompRule): string[] {
  return rule.names ?? (rule.name === undefined ? [] : [rule.name]);
}

/** Undefined for a rule that always holds. */
export function conditionOf(rule: SeccompRule): Condition | undefined {
  const args = rule.args ?? [];
  const includes = filterOf(rule.includes);
  const excludes = filterOf(rule.excludes);
  if (args.length === 0 && includes === undefined && excludes === undefined) return;
  return { args, includes, excludes };
}

/** Runtimes make a rule of each comparison when a rule compares one argument twice (notes 6.4). */
function conditionsOf(rule: SeccompRule): Condition[] {
  const condition = conditionOf(rule);
  if (condition === undefined) return [];
  const { args } = condition;
  if (new Set(args.map(({ index }) => index)).size === args.length) return [condition];
  return args.map((one) => ({ ...condition, args: [one] }));
}

function filterOf(filter: SeccompFilter | undefined): SeccompFilter | undefined {
  if (filter === undefined) return;
  const asks =
    (filter.caps?.length ?? 0) > 0 || (filter.arches?.length ?? 0) > 0 || (filter.minKernel ?? "") !== "";
  return asks ? filter : undefined;
}

function addBranch(policy: Policy, branch: Branch): void {
  const same = policy.branches.find(({ key }) => key === branch.key);
  if (same === undefined) policy.branches.push(branch);
  else if (branch.condition.args.length > 0) same.outcome = strictest(same.outcome, branch.outcome);
}

/** The text of a condition: the same for two that mean the same, but for clever arithmetic. */
function conditionKey({ args, includes, excludes }: Condition): string {
  const compared = args.map(
    ({ index, op, value, valueTwo }) => `${index} ${op} ${value} ${second(op, valueTwo)}`,
  );
  return JSON.stringify([compared.sort(), filterKey(includes), filterKey(excludes)]);
}

function second(op: string, valueTwo: number | undefined): number {
  return op === "SCMP_CMP_MASKED_EQ" ? (valueTwo ?? 0) : 0;
}

function filterKey(filter: SeccompFilter | undefined): unknown {
  return filter === undefined
    ? null
    : [[...(filter.caps ?? [])].sort(), [...(filter.arches ?? [])].sort(), filter.minKernel ?? ""];
}

const DECIDING = ["names", "name", "action", "errnoRet", "errno", "args", "includes", "excludes"];

function restOf(rule: SeccompRule): RuleRest {
  return Object.fromEntries(Object.entries(rule).filter(([field]) => !DECIDING.includes(field)));
}
