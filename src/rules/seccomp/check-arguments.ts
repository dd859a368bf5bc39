/**
 * A recorded call put to a filter with the argument values that were recorded. Values are kept by argument, not by call,
 * so which of them came together is not known: a value is only said to be refused if it is, whatever it came with.
 */

import type { Abi, Recording } from "../../spec/recording.ts";
import { letsThrough } from "./actions.ts";
import type { Call, Verdict } from "./evaluate.ts";

export interface ArgumentValue {
  index: number;
  value: number;
}

/** The values of one argument; undefined among them stands for values that were not kept. */
export interface ArgumentValues {
  index: number;
  values: (number | undefined)[];
}

export interface Judgement {
  /** Whether the call is made after all. */
  through: boolean;
  verdict: Verdict;
  argument?: ArgumentValue;
  certain: boolean;
}

/** More combinations than this are not tried; then the arguments count as unknown. */
const COMBINATIONS = 4096;

export function valuesOf(
  recording: Recording,
  abi: Abi,
  syscall: string,
  refused: boolean,
): ArgumentValues[] {
  return (recording.arguments ?? [])
    .filter((one) => one.abi === abi && one.syscall === syscall && one.refused === refused)
    .map(({ index, values, more }) => ({ index, values: more ? [...values, undefined] : values }));
}

/**
 * One judgement of the call as a whole where all its values fare alike, else one for each value that is refused, or for
 * the call, uncertain, where only some combinations are.
 */
export function judge(
  call: Call,
  values: readonly ArgumentValues[],
  evaluate: (call: Call) => Verdict,
): Judgement[] {
  const tried = combinations(values).map((args) => ({ args, ...fate(evaluate({ ...call, args })) }));
  const [first] = tried;
  if (first === undefined) return [];
  if (tried.every(({ fate }) => fate === "through"))
    return [{ through: true, verdict: first.verdict, certain: true }];
  if (tried.every(({ fate }) => fate === "refused"))
    return [{ through: false, verdict: first.verdict, certain: true }];

  const judged: Judgement[] = [];
  for (const { index, values: own } of values) {
    for (const value of own) {
      if (value === undefined) continue;
      const argument = { index, value };
      const those = tried.filter(({ args }) => args[index] === value);
      const through = those.every(({ fate }) => fate === "through");
      const [one] = those;
      if (one !== undefined && (through || those.every(({ fate }) => fate === "refused")))
        judged.push({ through, verdict: one.verdict, argument, certain: true });
    }
  }
  if (judged.some(({ through }) => !through)) return judged;
  const worst =
    tried.find(({ fate }) => fate === "refused") ?? tried.find(({ fate }) => fate === "perhaps") ?? first;
  return [...judged, { through: false, verdict: worst.verdict, certain: false }];
}

function combinations(values: readonly ArgumentValues[]): (number | undefined)[][] {
  if (values.reduce((product, one) => product * one.values.length, 1) > COMBINATIONS) return [[]];
  let all: (number | undefined)[][] = [[]];
  for (const { index, values: own } of values) {
    if (own.length === 0) continue;
    all = all.flatMap((args) =>
      own.map((value) => {
        const next = [...args];
        next[index] = value;
        return next;
      }),
    );
  }
  return all;
}

/** A tracer or an agent may let a call through or not. */
function fate(verdict: Verdict): { fate: "through" | "refused" | "perhaps"; verdict: Verdict } {
  const outcomes = [verdict, ...(verdict.perhaps ?? []).map(({ outcome }) => outcome)];
  const asks = outcomes.some(({ action }) => action === "SCMP_ACT_TRACE" || action === "SCMP_ACT_NOTIFY");
  const through = outcomes.filter(({ action }) => letsThrough(action)).length;
  if (asks) return { fate: "perhaps", verdict };
  return { fate: through === outcomes.length ? "through" : through === 0 ? "refused" : "perhaps", verdict };
}
