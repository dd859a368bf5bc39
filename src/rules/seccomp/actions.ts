/**
 * Actions of a filter, from the most restrictive to the least: the order that decides what a merge gives, and what a
 * difference between two profiles means.
 */

import type { Action, Comparison, SeccompRule } from "../../spec/seccomp.ts";
import { errnoNumber } from "./actions-errno.ts";

/** KILL is the old name of KILL_THREAD, and ranks with it. */
const RANK: { readonly [action in Action]: number } = {
  SCMP_ACT_KILL_PROCESS: 0,
  SCMP_ACT_KILL_THREAD: 1,
  SCMP_ACT_KILL: 1,
  SCMP_ACT_TRAP: 2,
  SCMP_ACT_ERRNO: 3,
  SCMP_ACT_NOTIFY: 4,
  SCMP_ACT_TRACE: 5,
  SCMP_ACT_LOG: 6,
  SCMP_ACT_ALLOW: 7,
};

export const ACTIONS = Object.keys(RANK) as Action[];

export const COMPARISONS: readonly Comparison[] = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
];

/** What a call gets. `errno` is set for ERRNO, and for TRACE, where it is a message to the tracer. */
export interface Outcome {
  readonly action: Action;
  readonly errno?: number;
}

/** Below 0 when `a` is more restrictive than `b`. */
export function compareActions(a: Action, b: Action): number {
  return RANK[a] - RANK[b];
}

/** Whether the call is made after all: ALLOW and LOG. */
export function letsThrough(action: Action): boolean {
  return RANK[action] >= RANK.SCMP_ACT_LOG;
}

export function hasErrno(action: Action): boolean {
  return action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
}

/** An action with its errno made explicit: EPERM where the profile says none, as every runtime does. */
export function outcome(action: Action, errno: number | undefined): Outcome {
  if (action === "SCMP_ACT_KILL") return { action: "SCMP_ACT_KILL_THREAD" };
  return hasErrno(action) ? { action, errno: errno ?? 1 } : { action };
}

/** What a rule gives. Podman's errno by name wins over `errnoRet`, as it does there. */
export function ruleOutcome(rule: SeccompRule): Outcome {
  return outcome(rule.action, errnoNumber(rule.errno) ?? rule.errnoRet);
}

/** What a profile gives to a call of which no rule speaks. */
export function defaultOutcome(profile: {
  defaultAction: Action;
  defaultErrnoRet?: number;
  defaultErrno?: string;
}): Outcome {
  return outcome(profile.defaultAction, errnoNumber(profile.defaultErrno) ?? profile.defaultErrnoRet);
}

export function sameOutcome(a: Outcome, b: Outcome): boolean {
  return compareActions(a.action, b.action) === 0 && a.errno === b.errno;
}

/** The more restrictive of the two; `a` where they rank alike. */
export function strictest(a: Outcome, b: Outcome): Outcome {
  return compareActions(b.action, a.action) < 0 ? b : a;
}

/** The less restrictive of the two; `a` where they rank alike. */
export function loosest(a: Outcome, b: Outcome): Outcome {
  return compareActions(b.action, a.action) > 0 ? b : a;
}
