/**
 * The two records of a run. What is the same on both is found once; each record is one line, so whatever a hook or a
 * container calls itself, JSON's escapes keep it from starting another.
 */

import type { Container } from "../codec/state.ts";
import { readEngineRecord } from "../container/engine-record.ts";
import { engineOf } from "../rules/hooks/engine-of.ts";
import type { EndEvent, EventBase, StartEvent } from "../spec/event.ts";
import type { Entry } from "../spec/plan.ts";
import type { Call } from "./call.ts";
import type { Tail } from "./output.ts";
import { type Moment, stamp } from "./run-id.ts";
import type { Verdict } from "./verdict.ts";

/** What both records say; `ts` and `kind` are put in by `startEvent` and `endEvent`. */
export type Common = Omit<EventBase, "ts" | "kind">;

/**
 * `entry` is absent when it could not be read: then the call's own words stand for the hook. The machine is yet to be
 * filled in (`identify`).
 */
export function common(run: string, call: Call, container: Container, entry: Entry | undefined): Common {
  const event: Common = {
    v: 1,
    run,
    hook:
      entry === undefined
        ? { name: call.digest, path: call.entry, digest: "" }
        : { name: entry.name, path: entry.path, digest: `sha256:${entry.hook}` },
    stage: call.stage,
    container: { id: container.id, bundle: container.bundle },
    plan: `sha256:${call.plan}`,
    host: "",
    boot: "",
  };
  if (container.pid !== undefined) event.container.pid = container.pid;
  const engine = engineOf(container.bundle, container.annotations, readEngineRecord);
  if (engine !== undefined) event.engine = engine;
  if (call.runtime !== undefined) event.runtime = call.runtime;
  return event;
}

export function startEvent(
  base: Common,
  at: Moment,
  argv: string[],
  limitMs: number,
  guard: number,
): StartEvent {
  const { v, run, ...rest } = base;
  return { v, kind: "start", run, ts: stamp(at), ...rest, argv, limit_ms: limitMs, guard_pid: guard };
}

/** What the end record tells besides the verdict. */
export interface Outcome {
  durMs: number;
  limitMs: number;
  onFailure: "stop" | "continue";
  stdout?: Tail;
  stderr?: Tail;
  killed?: number;
  detached?: number;
  rusage?: { user_ms: number; system_ms: number; max_rss_kb: number };
  tree?: string;
  program?: string;
  dropped?: number;
}

/** `tail` cuts what is kept of each stream; all of it when absent. */
export function endEvent(
  base: Common,
  at: Moment,
  verdict: Verdict,
  outcome: Outcome,
  tail?: number,
): EndEvent {
  const { v, run, ...rest } = base;
  const nothing = { bytes: 0, tail: "" };
  const event: EndEvent = {
    v,
    kind: "end",
    run,
    ts: stamp(at),
    ...rest,
    result: verdict.result,
    dur_ms: Math.round(outcome.durMs * 1000) / 1000,
    limit_ms: outcome.limitMs,
    onFailure: outcome.onFailure,
    stdout: outcome.stdout?.record(tail) ?? nothing,
    stderr: outcome.stderr?.record(tail) ?? nothing,
  };
  if (verdict.reason !== undefined) event.reason = verdict.reason;
  if (verdict.message !== undefined) event.message = verdict.message;
  if (verdict.exit !== undefined) event.exit = verdict.exit;
  if (verdict.signal !== undefined) event.signal = verdict.signal;
  if (outcome.killed) event.killed = outcome.killed;
  if (outcome.detached) event.detached = outcome.detached;
  if (outcome.rusage !== undefined) event.rusage = outcome.rusage;
  if (outcome.tree !== undefined) event.tree = outcome.tree;
  if (outcome.program !== undefined) event.program = outcome.program;
  if (outcome.dropped) event.dropped = outcome.dropped;
  return event;
}
