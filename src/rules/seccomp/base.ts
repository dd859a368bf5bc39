/**
 * A profile that another one extends. Its meaning stays: what it blocks stays blocked, what it allows under conditions
 * keeps them, and a base that allows everything it does not name is never turned into one that refuses the rest.
 */

import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { letsThrough } from "./actions.ts";
import { conditionOf, namesOf } from "./actions-policy.ts";
import { baseArchitectures } from "./base-architectures.ts";
import { evaluator, type Target, type Verdict } from "./evaluate.ts";
import { ruleApplies } from "./evaluate-rules.ts";
import { type Note, type NoteCode, note } from "./profile-notes.ts";

/** What a base says of a name, for the container that is meant. */
type Standing =
  /** No rule speaks of it. */
  | "open"
  | "allowed"
  /** Allowed by a rule with a condition on the host, which holds. */
  | "allowed-here"
  /** Spoken of only by rules with conditions on the host that do not hold. */
  | "elsewhere"
  | "blocked"
  | "by-arguments";

const MESSAGES: { readonly [standing in Standing]?: readonly [NoteCode, string] } = {
  "allowed-here": [
    "conditional_in_base",
    "allowed by the base only on hosts and with capabilities like these",
  ],
  elsewhere: [
    "condition_lifted",
    "allowed by the base only under conditions that do not hold here; now without",
  ],
  blocked: ["blocked_by_base", "recorded, but blocked by the base, and still"],
  "by-arguments": ["arguments_in_base", "decided by the base by arguments, and left so"],
};

/** `rules` are what is to be allowed, and clone3's answer; the result has the base's rules first, as they are. */
export function extendBase(
  base: SeccompProfile,
  rules: readonly SeccompRule[],
  architectures: readonly string[],
  target: Target,
): { profile: SeccompProfile; notes: Note[] } {
  const standings = standingsIn(base, new Set(rules.flatMap(namesOf)), target);
  const permissive = letsThrough(base.defaultAction);
  const notes: Note[] = [];
  for (const [standing, [code, message]] of Object.entries(MESSAGES)) {
    const names = [...standings].filter(([, own]) => own === standing).map(([name]) => name);
    const asked = names.filter((name) =>
      rules.some((rule) => letsThrough(rule.action) && namesOf(rule).includes(name)),
    );
    if (asked.length > 0 && !(permissive && standing === "elsewhere")) notes.push(note(code, message, asked));
  }
  const profile = { ...base, ...baseArchitectures(base, architectures, target) };
  if (permissive) {
    notes.unshift(
      note("base_allows", `the base allows what it does not name (${base.defaultAction}), and still does`),
    );
    return { profile, notes };
  }
  const added = rules.flatMap((rule) => {
    const wanted = letsThrough(rule.action) ? ["open", "elsewhere"] : ["open"];
    const names = rule.names.filter((name) => wanted.includes(standings.get(name) ?? "open"));
    return names.length === 0 ? [] : [{ ...rule, names }];
  });
  return { profile: { ...profile, syscalls: [...(base.syscalls ?? []), ...added] }, notes };
}

function standingsIn(
  base: SeccompProfile,
  names: ReadonlySet<string>,
  target: Target,
): Map<string, Standing> {
  const rules = new Map<string, SeccompRule[]>([...names].map((name) => [name, []]));
  for (const rule of base.syscalls ?? []) for (const name of namesOf(rule)) rules.get(name)?.push(rule);
  // What is meant, whatever a runtime makes of it.
  const { libseccomp: _, runtime: __, ...host } = target;
  const answer = evaluator(base, host);
  const standings = new Map<string, Standing>();
  for (const [name, own] of rules) {
    const applying = own.filter((rule) => ruleApplies(rule, target));
    const verdict = answer({ abi: target.arch, name });
    standings.set(name, standing(base, own, applying, verdict));
  }
  return standings;
}

function standing(
  base: SeccompProfile,
  all: readonly SeccompRule[],
  applying: readonly SeccompRule[],
  { action, why }: Verdict,
): Standing {
  if (applying.length === 0) return all.some((rule) => letsThrough(rule.action)) ? "elsewhere" : "open";
  if (why.kind === "rule" && !why.conditional)
    return letsThrough(action) ? allowedStanding(base.syscalls?.[why.rule]) : "blocked";
  // Rules that give what the default gives reach no filter, but say what is meant.
  if (applying.some((rule) => (rule.args ?? []).length > 0)) return "by-arguments";
  return letsThrough(action) ? "allowed" : "blocked";
}

function allowedStanding(rule: SeccompRule | undefined): Standing {
  return rule === undefined || conditionOf(rule) === undefined ? "allowed" : "allowed-here";
}
