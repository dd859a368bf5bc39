/**
 * Leaving records: to the log on the host, to the spool from inside a container, and to journald or syslog where the plan
 * says so. Nothing here ever stops a container: what cannot be written is counted.
 */

import type { EndEvent, HookEvent, StartEvent } from "../spec/event.ts";
import type { EventSinks } from "../spec/plan.ts";
import { noteDropped, takeDropped } from "./dropped.ts";
import { appendLines } from "./log.ts";
import type { Place } from "./place.ts";
import { send } from "./sinks.ts";
import { appendSpooled } from "./spool.ts";

/** Where records go when no entry could be read that would say it. */
export const DEFAULT_SINKS: EventSinks = { maxBytes: 64 * 1024 * 1024, keep: 4 };

/** The spool is 64 KiB for all records of a container; outputs are cut to this there. */
export const SPOOL_TAIL = 1024;

/** Writes a run's records, in order, by one append. Never throws. */
export function leave(place: Place, sinks: EventSinks, events: readonly HookEvent[]): void {
  if (place.spool !== undefined) {
    try {
      appendSpooled(place.spool, events);
    } catch {
      // The collector sees a start without an end, or nothing; there is no place in here to count.
    }
    return;
  }
  const last = events[events.length - 1];
  const before = last?.kind === "end" ? takeDropped(place.roots) : 0;
  if (last?.kind === "end" && before > 0) last.dropped = before;
  const written = tryAppend(place, sinks, events, before > 0);
  if (sinks.journald || sinks.syslog) share(sinks, events, written);
  if (!written) noteDropped(place.roots, before + events.length);
}

function tryAppend(place: Place, sinks: EventSinks, events: readonly HookEvent[], fresh: boolean): boolean {
  let lines = "";
  for (const event of events) lines += `${JSON.stringify(event)}\n`;
  try {
    // After a loss the file may end in a torn line.
    appendLines(place.roots.log, fresh ? `\n${lines}` : lines, sinks);
    return true;
  } catch {
    return false;
  }
}

function share(sinks: EventSinks, events: readonly (StartEvent | EndEvent)[], written: boolean): void {
  try {
    send(sinks, events, written);
  } catch {
    // Best effort by definition.
  }
}
