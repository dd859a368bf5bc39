/** The end of a run, however it came: the end record, the time spent, and, for a failure, words for the engine's error. */

import { spend } from "../container/record.ts";
import { monotonicMs, realtime } from "../linux/clock.ts";
import { POLL, poll } from "../linux/poll.ts";
import { decode, encode } from "../linux/primitive.ts";
import { writeSome } from "../linux/write.ts";
import type { HookEvent } from "../spec/event.ts";
import { endEvent, type Outcome, startEvent } from "./event.ts";
import { identify } from "./machine.ts";
import { printable } from "./printable.ts";
import { DEFAULT_SINKS, leave, SPOOL_TAIL } from "./record.ts";
import type { Run } from "./run.ts";
import { lastLine, type Verdict } from "./verdict.ts";

const STDERR = 2;
/** Together with the last line not more than a pipe takes at once. */
const SHOWN = 2048;
const PIPE_BUF = 4096;
/** A runtime that does not read is waited for so long, milliseconds. */
const PATIENCE = 20;

export type Ending = Partial<Outcome> & {
  /** Whether the start record is yet to be written. */
  start?: boolean;
};

/** Leaves the records and the words; returns the guard's exit status. Never throws. */
export function finish(run: Run, verdict: Verdict, { start, ...ending }: Ending = {}): number {
  const durMs = monotonicMs() - run.started;
  const outcome: Outcome = { durMs, limitMs: run.limitMs, onFailure: run.onFailure, ...ending };
  if (run.program !== undefined) outcome.program = run.program.kind;
  identify(run.base);
  const events: HookEvent[] = start ? [startOf(run)] : [];
  const tail = run.place.spool === undefined ? undefined : SPOOL_TAIL;
  events.push(endEvent(run.base, realtime(), verdict, outcome, tail));
  leave(run.place, run.entry?.events ?? DEFAULT_SINKS, events);
  if (run.record !== "") spend(run.record, { stage: run.call.stage, hook: run.name, ms: Math.ceil(durMs) });
  if (verdict.result !== "ok") tell(run, verdict, outcome);
  return run.exitStatus(verdict);
}

/** The start record of a run. */
export function startOf(run: Run): HookEvent {
  identify(run.base);
  return startEvent(run.base, run.startedAt, run.entry?.args ?? [], run.limitMs, run.pid);
}

/** The end of what the hook said on stderr, then the line that names hook, stage, reason and how to see more. */
function tell(run: Run, verdict: Verdict, outcome: Outcome): void {
  const said = outcome.stderr === undefined ? "" : printable(decode(outcome.stderr.last(SHOWN))).trimEnd();
  const line = printable(lastLine(run.name, run.call.stage, verdict, run.id), true);
  const bytes = encode(`${said === "" ? "" : `${said}\n`}${line}\n`);
  try {
    const ready = poll([STDERR], POLL.OUT, PATIENCE)[0] ?? 0;
    if (ready & POLL.OUT)
      writeSome(STDERR, bytes.length > PIPE_BUF ? bytes.subarray(bytes.length - PIPE_BUF) : bytes);
  } catch {
    // Nobody listens; the record has it.
  }
}
