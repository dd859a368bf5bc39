/** The runs that the log holds now, and those that it will hold. */

import type { Filter } from "./filter.ts";
import { matches } from "./filter.ts";
import { LogReader } from "./read.ts";
import { type IsAlive, type Run, RunJoiner } from "./runs.ts";

const POLL_MS = 200;

export interface History {
  /** In the order in which they started. */
  runs: Run[];
  /** Lines of the log that are no records. */
  bad: number;
}

/** All runs of the log that match. @throws Failure when the log cannot be read. */
export function readRuns(path: string, filter: Filter, isAlive: IsAlive): History {
  const reader = new LogReader(path);
  const joiner = new RunJoiner();
  const runs = finishedRuns(reader, joiner, filter);
  if (joiner.unfinished(isAlive).some((run) => run.result === "crashed")) {
    // A guard that ended between our reading and our asking has written its end by now.
    runs.push(...finishedRuns(reader, joiner, filter));
  }
  runs.push(...joiner.unfinished(isAlive).filter((run) => matches(run, filter)));
  return { runs: runs.sort(byStart), bad: reader.bad };
}

/**
 * Matching runs as they end, until `stop` is aborted. `last` runs of the past come first, as many as there are for
 * Infinity.
 */
export async function* followRuns(
  path: string,
  filter: Filter,
  isAlive: IsAlive,
  stop: AbortSignal,
  last: number,
): AsyncGenerator<Run> {
  const reader = new LogReader(path);
  const joiner = new RunJoiner();
  const past = finishedRuns(reader, joiner, filter);
  past.push(...joiner.takeCrashed(isAlive).filter((run) => matches(run, filter)));
  yield* newest(past.sort(byStart), last);
  while (!stop.aborted) {
    await pause(POLL_MS, stop);
    // Asked before the read: a guard found dead now has written all that it will ever write.
    const live = new Map(joiner.unfinished(isAlive).map((run) => [run.run, run.result !== "crashed"]));
    yield* finishedRuns(reader, joiner, filter);
    yield* joiner.takeCrashed((start) => live.get(start.run) ?? true).filter((run) => matches(run, filter));
  }
}

/** The last `count` of a list, all for Infinity. */
export function newest<T>(list: readonly T[], count: number): T[] {
  return count === 0 ? [] : list.slice(-count);
}

function finishedRuns(reader: LogReader, joiner: RunJoiner, filter: Filter): Run[] {
  const runs: Run[] = [];
  for (const event of reader.next()) {
    const run = joiner.add(event);
    if (run !== undefined && matches(run, filter)) runs.push(run);
  }
  return runs;
}

function byStart(a: Run, b: Run): number {
  return a.started < b.started ? -1 : a.started > b.started ? 1 : 0;
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    }
  });
}
