/**
 * Runs: each start record joined with its end. A start without an end is a run that goes on while its guard lives, and
 * the trace of a crash once it does not.
 */

import type { EndEvent, HookEvent, Result, StartEvent } from "../spec/event.ts";
import type { Stage } from "../spec/stage.ts";

/** How a run stands: the guard's own verdict, or what the absence of one means. */
export type Standing = Result | "running" | "crashed";

export const STANDINGS: readonly Standing[] = [
  "ok",
  "fail",
  "timeout",
  "denied",
  "error",
  "crashed",
  "running",
];

/** One run of one hook. The keys are what `--format json` prints, so they are a promise. */
export interface Run {
  run: string;
  /** When it started, RFC 3339 UTC; when only the end is left in the log, when it ended. */
  started: string;
  result: Standing;
  reason?: string;
  message?: string;
  hook: EndEvent["hook"];
  stage: Stage;
  container: EndEvent["container"];
  dur_ms?: number;
  limit_ms?: number;
  argv?: string[];
  plan: string;
  /** The end record, whole. */
  end?: EndEvent;
}

/** Says whether a guard still lives; `liveness.ts` asks the kernel. */
export type IsAlive = (start: StartEvent) => boolean;

/** So many ended runs are remembered; two ends of one run stand close together. */
const REMEMBERED = 10_000;

/** Joins records to runs as they come. */
export class RunJoiner {
  readonly #open = new Map<string, StartEvent>();
  readonly #ended = new Set<string>();

  /** The finished run, when this record finishes one. */
  add(event: HookEvent): Run | undefined {
    if (event.kind === "start") {
      this.#open.set(event.run, event);
      return undefined;
    }
    // A guard that takes over from a killed one may write a second end; the first was nearer to the hook.
    if (this.#ended.has(event.run)) return undefined;
    this.#remember(event.run);
    const start = this.#open.get(event.run);
    this.#open.delete(event.run);
    return finished(start, event);
  }

  #remember(run: string): void {
    this.#ended.add(run);
    const [oldest] = this.#ended;
    if (this.#ended.size > REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** Runs without an end, in the order of their starts. */
  unfinished(isAlive: IsAlive): Run[] {
    return [...this.#open.values()].map((start) =>
      isAlive(start) ? base(start, "running") : crashed(start),
    );
  }

  /** Runs that crashed, which are then forgotten. */
  takeCrashed(isAlive: IsAlive): Run[] {
    const gone = [...this.#open.values()].filter((start) => !isAlive(start));
    for (const start of gone) this.#open.delete(start.run);
    return gone.map(crashed);
  }
}

function finished(start: StartEvent | undefined, end: EndEvent): Run {
  const run = base(start ?? end, end.result);
  run.dur_ms = end.dur_ms;
  if (end.reason !== undefined) run.reason = end.reason;
  if (end.message !== undefined) run.message = end.message;
  run.end = end;
  return run;
}

function crashed(start: StartEvent): Run {
  const message = "the guard ended without a record: it was killed, or the machine went down";
  return { ...base(start, "crashed"), reason: "crashed", message };
}

function base(event: HookEvent, result: Standing): Run {
  const { run, ts, hook, stage, container, plan, limit_ms } = event;
  const made: Run = { run, started: ts, result, hook, stage, container, plan, limit_ms };
  if (event.kind === "start") made.argv = event.argv;
  return made;
}

/** Whether a run is one that somebody should look at. */
export function isFailed(run: Run): boolean {
  return run.result !== "ok" && run.result !== "running";
}
