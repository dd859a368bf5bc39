/**
 * The clock: records of the future say that it was set back. Timeouts run on the monotonic clock and do not mind; what is
 * asked of the log by time, and certificates, do.
 */

import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { parseEvent } from "../observe/parse.ts";
import { type Finding, finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** What a clock may differ by, milliseconds: it is put right in steps of seconds. */
const TOLERANCE = 60_000;
/** How much of the end of the log is looked at, bytes. */
const TAIL = 256 * 1024;
const SYNCHRONIZE = "set the clock, and keep it set: timedatectl set-ntp true";

export function checkClock({ roots, plan, now }: Subject): Finding[] {
  const times = recordTimes(roots.events);
  const applied = plan === undefined || plan instanceof Error ? 0 : Date.parse(plan.plan.created);
  const known: [what: string, time: number][] = [
    ["the newest record of the log", Math.max(0, ...times)],
    ["the plan in force", applied],
    ["this program", statSync(process.execPath).mtimeMs],
  ];
  const [what, latest] = known.reduce((one, other) => (other[1] > one[1] ? other : one));
  if (latest > now + TOLERANCE) {
    const message = `the clock says ${at(now)}, and ${what} is of ${at(latest)}: it was set back, or is wrong`;
    return [finding("warning", "clock_behind", message, SYNCHRONIZE)];
  }
  const stepped = times.findIndex((time, index) => index > 0 && time + TOLERANCE < (times[index - 1] ?? 0));
  if (stepped < 0) return [];
  const [before = 0, after = 0] = times.slice(stepped - 1, stepped + 1);
  const message = `the clock went back while hooks ran: the record of ${at(after)} follows one of ${at(before)}`;
  return [finding("note", "clock_stepped", message, SYNCHRONIZE)];
}

/** When the last hooks ended, in the order of the log; those that came late, out of a container, are left out. */
function recordTimes(path: string): number[] {
  if (!existsSync(path)) return [];
  return tailOf(path).flatMap((line) => {
    const event = parseEvent(new TextEncoder().encode(line));
    const time = event?.kind === "end" && event.spooled !== true ? Date.parse(event.ts) : Number.NaN;
    return Number.isNaN(time) ? [] : [time];
  });
}

function tailOf(path: string): string[] {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const bytes = new Uint8Array(Math.min(size, TAIL));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return new TextDecoder().decode(bytes).split("\n");
  } finally {
    closeSync(fd);
  }
}

function at(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
