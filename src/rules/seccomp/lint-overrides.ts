/** Rules that do not do what they say, because of another rule, of the default action, or of their own comparisons. */

import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { defaultOutcome, letsThrough, ruleOutcome, sameOutcome } from "./actions.ts";
import { namesOf } from "./actions-policy.ts";
import { ruleApplies } from "./evaluate-rules.ts";
import { type LintOptions, listed, type Tell } from "./lint-finding.ts";

interface Placed {
  rule: SeccompRule;
  place: number;
}

/** Only rules that hold on the target are compared: Docker's profile has pairs of which never both hold. */
export function lintOverrides(profile: SeccompProfile, { target }: LintOptions, tell: Tell): void {
  const rules = (profile.syscalls ?? []).map((rule, place) => ({ rule, place }));
  const applying = rules.filter(({ rule }) => ruleApplies(rule, target));
  for (const { rule, place } of rules) lintComparisons(rule, `/syscalls/${place}`, tell);
  lintDropped(profile, applying, tell);
  const effective = applying.filter(({ rule }) => !sameOutcome(ruleOutcome(rule), defaultOutcome(profile)));
  const plain = new Map<string, Placed>();
  for (const one of effective) {
    if (hasArguments(one.rule)) continue;
    const conflicts = new Map<number, string[]>();
    for (const name of namesOf(one.rule)) {
      const before = plain.get(name);
      if (before === undefined) plain.set(name, one);
      else if (!sameOutcome(ruleOutcome(before.rule), ruleOutcome(one.rule)))
        conflicts.set(before.place, [...(conflicts.get(before.place) ?? []), name]);
    }
    for (const [place, names] of conflicts)
      tell(
        "conflicting-rules",
        "warning",
        `/syscalls/${one.place}`,
        `/syscalls/${place} already gives ${listed(names)} ${gives(profile, place)}, and that stands`,
        "Keep one of the two.",
      );
  }
  for (const { rule, place } of effective.filter((one) => hasArguments(one.rule))) {
    const names = namesOf(rule).filter((name) => plain.has(name));
    const winner = plain.get(names[0] ?? "");
    if (winner !== undefined)
      tell(
        "overridden-rule",
        "warning",
        `/syscalls/${place}`,
        `The conditions for ${listed(names)} are void: /syscalls/${winner.place} has the call without any`,
        "Remove the name from one of the two rules.",
      );
  }
}

function gives(profile: SeccompProfile, place: number): string {
  return profile.syscalls?.[place]?.action ?? "another action";
}

function hasArguments(rule: SeccompRule): boolean {
  return (rule.args?.length ?? 0) > 0;
}

/** A rule that refuses is the worse one to lose: it is there to take back what another rule allows. */
function lintDropped(profile: SeccompProfile, rules: readonly Placed[], tell: Tell): void {
  const byDefault = defaultOutcome(profile);
  const allowed = new Set(
    rules.filter(({ rule }) => letsThrough(rule.action)).flatMap(({ rule }) => namesOf(rule)),
  );
  for (const { rule, place } of rules) {
    if (!sameOutcome(ruleOutcome(rule), byDefault) || namesOf(rule).length === 0) continue;
    const lost = letsThrough(rule.action) ? [] : namesOf(rule).filter((name) => allowed.has(name));
    const through = letsThrough(rule.action);
    tell(
      "dropped-rule",
      lost.length > 0 ? "warning" : "note",
      `/syscalls/${place}`,
      lost.length > 0
        ? `The rule is dropped, being the default action, and another rule allows ${listed(lost)}`
        : `The rule is dropped: the default action ${through ? "lets through" : "refuses"} ${through ? "everything" : "its calls"} already`,
      lost.length > 0 ? "Take the names out of the rule that allows them." : "Remove the rule.",
    );
  }
  const refuses = rules.some(({ rule }) => !letsThrough(rule.action) && namesOf(rule).length > 0);
  if (letsThrough(profile.defaultAction) && !refuses)
    tell(
      "allows-everything",
      "warning",
      "/defaultAction",
      `The default is ${profile.defaultAction} and no rule refuses anything: the profile protects nothing`,
      "Set the default action to SCMP_ACT_ERRNO and allow what is needed.",
    );
}

function lintComparisons(rule: SeccompRule, at: string, tell: Tell): void {
  const args = rule.args ?? [];
  const twice = args.filter((one, i) => args.findIndex(({ index }) => index === one.index) !== i);
  if (twice.length === 0) return;
  const indexes = [...new Set(twice.map(({ index }) => index))];
  const always = indexes.some((index) => {
    const unequal = args.filter((one) => one.index === index && one.op === "SCMP_CMP_NE");
    return new Set(unequal.map(({ value }) => value)).size > 1;
  });
  tell(
    "split-arguments",
    always ? "error" : "warning",
    `${at}/args`,
    `Argument ${indexes.join(" and ")} is compared twice, and either comparison is enough${always ? "; one of them always holds" : ""}`,
    always
      ? "Allow single values with SCMP_CMP_EQ instead."
      : "Write a rule for each comparison, if either shall do.",
  );
}
