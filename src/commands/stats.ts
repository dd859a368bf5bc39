/** `stats`: runs summed up per hook and stage. */

import { checkFilter, type Filter } from "../observe/filter.ts";
import { readRuns } from "../observe/history.ts";
import { livenessFrom } from "../observe/liveness.ts";
import { type HookStats, statsOf } from "../observe/stats.ts";
import type { Roots } from "../spec/roots.ts";

export interface Stats {
  hooks: HookStats[];
  /** Lines of the log that are no records. */
  bad: number;
}

/** @throws Failure */
export function computeStats(roots: Roots, filter: Filter): Stats {
  checkFilter(filter);
  const { runs, bad } = readRuns(roots.events, filter, livenessFrom());
  return { hooks: statsOf(runs), bad };
}
