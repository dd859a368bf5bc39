/** Which runs are meant: by hook, stage, container, result and time. Several values of one kind mean any of them. */

import { EXIT, Failure } from "../spec/failure.ts";
import { isStage } from "../spec/stage.ts";
import { isFailed, type Run, STANDINGS } from "./runs.ts";

export interface Filter {
  hooks: readonly string[];
  stages: readonly string[];
  /** Beginnings of container ids. */
  containers: readonly string[];
  /** Standings, or `failed` for all that are neither ok nor running. */
  results: readonly string[];
  /** Milliseconds since 1970, inclusive. */
  since?: number;
  /** Milliseconds since 1970, exclusive. */
  until?: number;
}

/** Words that `--result` takes. */
export const RESULTS: readonly string[] = [...STANDINGS, "failed"];

export function matches(run: Run, filter: Filter): boolean {
  const started = Date.parse(run.started);
  return (
    any(filter.hooks, (hook) => run.hook.name === hook) &&
    any(filter.stages, (stage) => run.stage === stage) &&
    any(filter.containers, (prefix) => run.container.id.startsWith(prefix)) &&
    any(filter.results, (result) => run.result === result || (result === "failed" && isFailed(run))) &&
    (filter.since === undefined || started >= filter.since) &&
    (filter.until === undefined || started < filter.until)
  );
}

function any(wanted: readonly string[], test: (word: string) => boolean): boolean {
  return wanted.length === 0 || wanted.some(test);
}

/** Refuses words that no run can have. @throws Failure (usage) */
export function checkFilter(filter: Filter): void {
  for (const stage of filter.stages) {
    if (!isStage(stage))
      throw wrong("--stage", stage, "Stages are spelt as in the OCI runtime specification.");
  }
  for (const result of filter.results) {
    if (!RESULTS.includes(result)) throw wrong("--result", result, `Use one of ${RESULTS.join(", ")}.`);
  }
}

const UNITS: { [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A time as people type it: an age such as `90s`, `10m`, `2h30m`, `7d`, or an RFC 3339 time or date (UTC when it names
 * no zone). `now` in milliseconds since 1970. @throws Failure (usage)
 */
export function timeOf(flag: string, words: string, now: number): number {
  if (/^(\d+(ms|s|m|h|d))+$/.test(words)) {
    const parts = [...words.matchAll(/(\d+)(ms|s|m|h|d)/g)];
    return now - parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ""] ?? 0), 0);
  }
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(words);
  const time = match ? Date.parse(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`) : Number.NaN;
  if (Number.isNaN(time))
    throw wrong(flag, words, "Say 10m, 2h or 7d ago, or a time such as 2026-11-23T09:00:00Z.");
  return time;
}

function wrong(flag: string, word: string, hint: string): Failure {
  return new Failure("usage", `read ${flag} ${JSON.stringify(word)}: it is not understood`, {
    hint,
    exitCode: EXIT.usage,
  });
}
