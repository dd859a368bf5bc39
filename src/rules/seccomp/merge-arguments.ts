/**
 * Argument values of several recordings. A rule made of them must hold in every run, so a call that a recording made
 * without noting its arguments has, in the merge, values that nobody knows.
 */

import type { Abi, RecordedArgument, Recording } from "../../spec/recording.ts";
import { text, union } from "./merge-sets.ts";

/** More distinct values than this are not kept (spec/recording.ts). */
const DISTINCT = 16;

/** The union of all values, for calls that are left after the merge; undefined when no recording has arguments. */
export function mergeArguments(
  recordings: readonly Recording[],
  calls: Recording["calls"],
): RecordedArgument[] | undefined {
  if (recordings.every((one) => one.arguments === undefined)) return;
  const groups = new Map<string, RecordedArgument>();
  for (const one of recordings) {
    for (const argument of one.arguments ?? []) {
      const { abi, syscall, index, refused } = argument;
      if (!made(calls, abi, syscall, refused)) continue;
      const key = JSON.stringify([abi, syscall, index, refused]);
      const before = groups.get(key);
      groups.set(key, before === undefined ? { ...argument } : together(before, argument));
    }
  }
  const merged = [...groups.values()].map((group) => limited(group, recordings));
  return merged.sort(
    (a, b) =>
      text(a.abi, b.abi) ||
      text(a.syscall, b.syscall) ||
      a.index - b.index ||
      Number(a.refused) - Number(b.refused),
  );
}

function made(calls: Recording["calls"], abi: Abi, syscall: string, refused: boolean): boolean {
  const names = refused ? calls[abi]?.refused : calls[abi]?.allowed;
  return names?.includes(syscall) ?? false;
}

function together(a: RecordedArgument, b: RecordedArgument): RecordedArgument {
  return { ...a, values: union([a.values, b.values], (x, y) => x - y), more: a.more || b.more };
}

function limited(group: RecordedArgument, recordings: readonly Recording[]): RecordedArgument {
  const { abi, syscall, index, refused } = group;
  const blind = recordings.some(
    (one) =>
      made(one.calls, abi, syscall, refused) &&
      !one.arguments?.some(
        (other) =>
          other.abi === abi &&
          other.syscall === syscall &&
          other.index === index &&
          other.refused === refused,
      ),
  );
  const values = union([group.values], (x, y) => x - y);
  const more = group.more || blind || values.length > DISTINCT;
  return { ...group, values: values.slice(0, DISTINCT), more };
}
