/** `events`: what hooks ran, with what result. */

import type { Filter } from "../observe/filter.ts";
import { checkFilter } from "../observe/filter.ts";
import { followRuns, type History, newest, readRuns } from "../observe/history.ts";
import { livenessFrom } from "../observe/liveness.ts";
import type { Run } from "../observe/runs.ts";
import type { Roots } from "../spec/roots.ts";

/** Runs that match, oldest first; `last` keeps that many of the newest. @throws Failure */
export function listRuns(roots: Roots, filter: Filter, last: number = Number.POSITIVE_INFINITY): History {
  checkFilter(filter);
  const { runs, bad } = readRuns(roots.events, filter, livenessFrom());
  return { runs: newest(runs, last), bad };
}

/** Runs as they end, until `stop`; `last` of the past come first. @throws Failure */
export function watchRuns(roots: Roots, filter: Filter, stop: AbortSignal, last: number): AsyncIterable<Run> {
  checkFilter(filter);
  return followRuns(roots.events, filter, livenessFrom(), stop, last);
}
