/**
 * Would this profile have broken that run? Every call that a recording has is put to the filter that the profile makes on
 * the target: what was made and would be refused, by which rule, and what was refused and would now be let through.
 */

import type { Abi, Recording } from "../../spec/recording.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import type { Outcome } from "./actions.ts";
import { type ArgumentValue, type Judgement, judge, valuesOf } from "./check-arguments.ts";
import { type Call, evaluator, type Target, type Verdict, type Why } from "./evaluate.ts";

export interface CheckedCall {
  abi: Abi;
  /** Absent for a call that no table names. */
  name?: string;
  nr?: number;
  /** The value that decides, where not every recorded one does. */
  argument?: ArgumentValue;
}

export interface Refusal extends CheckedCall, Outcome {
  why: Why;
  /** Which rule, or what else, in words. */
  by: string;
  /** False when it hangs on arguments that the recording does not have, on a tracer, or on a name that we do not know. */
  certain: boolean;
}

export interface CheckReport {
  broken: "yes" | "no" | "perhaps";
  /** Made in the run; by ABI and name. */
  refusals: Refusal[];
  /** Refused in the run, and let through by this profile. */
  nowAllowed: CheckedCall[];
  /** Why the recording says less than all, one sentence each. */
  doubts: string[];
}

/** Checks the calls since the recording's boundary. */
export function check(profile: SeccompProfile, recording: Recording, target: Target): CheckReport {
  const evaluate = evaluator(profile, target);
  const refusals: Refusal[] = [];
  const nowAllowed: CheckedCall[] = [];
  for (const [abi, calls] of entriesOf(recording.calls)) {
    for (const name of calls.allowed) {
      const values = valuesOf(recording, abi, name, false);
      for (const found of judge({ abi, name }, values, evaluate))
        if (!found.through) refusals.push(refusal({ abi, name }, found));
    }
    for (const nr of calls.unknown) {
      const call: Call = { abi, name: "", nr };
      for (const found of judge(call, [], evaluate))
        if (!found.through) refusals.push(refusal({ abi, nr }, { ...found, certain: false }));
    }
    for (const name of calls.refused) {
      const values = valuesOf(recording, abi, name, true);
      for (const { through, argument } of judge({ abi, name }, values, evaluate))
        if (through) nowAllowed.push({ abi, name, ...(argument === undefined ? {} : { argument }) });
    }
  }
  const doubts = doubtsOf(recording);
  const certain = refusals.some((one) => one.certain);
  const unsure = refusals.length > 0 || recording.outOfRange > 0;
  return { broken: certain ? "yes" : unsure ? "perhaps" : "no", refusals, nowAllowed, doubts };
}

function entriesOf(calls: Recording["calls"]) {
  return (Object.keys(calls) as Abi[]).sort().flatMap((abi) => {
    const one = calls[abi];
    return one === undefined ? [] : [[abi, one] as const];
  });
}

function refusal(call: CheckedCall, { verdict, argument, certain }: Judgement): Refusal {
  const { action, errno, why } = verdict;
  return {
    ...call,
    ...(argument === undefined ? {} : { argument }),
    action,
    ...(errno === undefined ? {} : { errno }),
    why,
    by: whyText(verdict),
    certain,
  };
}

/** What decided, in words; rules by JSON pointer. */
function whyText({ why }: Verdict): string {
  switch (why.kind) {
    case "rule":
      return `the rule /syscalls/${why.rule}`;
    case "default":
      return "the default action";
    case "architecture":
      return `${why.missing} is not in the profile`;
    case "enosys-stub":
      return `runc's ENOSYS for numbers above ${why.above}, the largest that the profile names`;
  }
}

function doubtsOf({ boundary, complete, outOfRange, calls }: Recording): string[] {
  const unknown = entriesOf(calls).flatMap(([abi, one]) => one.unknown.map((nr) => `${nr} (${abi})`));
  return [
    ...(complete ? [] : ["The recording is a snapshot: the container still ran."]),
    ...(boundary === "attach" ? ["The recording began in the middle of the run."] : []),
    ...(boundary === "exec" ? ["The runtime's own calls before the exec are not in the recording."] : []),
    ...(boundary === "own-profile" && entriesOf(calls).some(([, one]) => one.refused.length > 0)
      ? ["Calls were refused in the run; what the program does after they succeed is not in the recording."]
      : []),
    ...(unknown.length > 0 ? [`No table has a name for the calls ${unknown.join(", ")}.`] : []),
    ...(outOfRange > 0 ? [`${outOfRange} calls had numbers that the recorder does not keep.`] : []),
  ];
}
