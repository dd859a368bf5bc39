/** What many runs say together: per hook and stage, how often, how slow, how often wrong, how near to the limit. */

import type { Stage } from "../spec/stage.ts";
import { isFailed, type Run, type Standing } from "./runs.ts";

/** A run that took this share of its limit is about to time out one day. */
const NEAR = 0.8;

/** Keys are what `--format json` prints. Durations are milliseconds. */
export interface HookStats {
  hook: string;
  stage: Stage;
  /** Finished and crashed ones; a run that goes on is not counted yet. */
  runs: number;
  failed: number;
  /** `failed / runs`, 0 to 1. */
  failure_rate: number;
  p50_ms: number;
  p95_ms: number;
  max_ms: number;
  /** The smallest limit that a run had. */
  limit_ms: number;
  /** Runs that took at least 80 % of their limit, timeouts among them. */
  near_limit: number;
  results: { [R in Standing]?: number };
  /** Records that the guard could not write, as far as later records tell. */
  dropped: number;
}

/** Groups the runs, worst failure rate first, then by name and stage. */
export function statsOf(runs: Iterable<Run>): HookStats[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    if (run.result === "running") continue;
    const key = `${run.hook.name}\0${run.stage}`;
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()].flatMap(summary).sort(worstFirst);
}

function summary(runs: readonly Run[]): HookStats[] {
  const [first] = runs;
  if (first === undefined) return [];
  const times = runs.flatMap((run) => run.dur_ms ?? []).sort((a, b) => a - b);
  const limits = runs.flatMap((run) => run.limit_ms ?? []);
  const failed = runs.filter(isFailed).length;
  const results: HookStats["results"] = {};
  for (const run of runs) results[run.result] = (results[run.result] ?? 0) + 1;
  return [
    {
      hook: first.hook.name,
      stage: first.stage,
      runs: runs.length,
      failed,
      failure_rate: failed / runs.length,
      p50_ms: quantile(times, 0.5),
      p95_ms: quantile(times, 0.95),
      max_ms: times.at(-1) ?? 0,
      limit_ms: limits.length === 0 ? 0 : Math.min(...limits),
      near_limit: runs.filter(isNearLimit).length,
      results,
      dropped: runs.reduce((sum, run) => sum + (run.end?.dropped ?? 0), 0),
    },
  ];
}

function isNearLimit(run: Run): boolean {
  return (
    run.dur_ms !== undefined &&
    run.limit_ms !== undefined &&
    run.limit_ms > 0 &&
    run.dur_ms >= NEAR * run.limit_ms
  );
}

/** Nearest rank: the smallest value that at least the share `q` of all do not exceed. `sorted` ascending. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function worstFirst(a: HookStats, b: HookStats): number {
  return b.failure_rate - a.failure_rate || a.hook.localeCompare(b.hook) || a.stage.localeCompare(b.stage);
}
