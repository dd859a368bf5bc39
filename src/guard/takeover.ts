/**
 * The keeper has died, or answers no more: by the kernel's OOM killer, or by a hook that was root and meant it. The process that
 * stayed behind executes the guard anew, with the words that are made here, since it cannot trust the memory that it shared
 * with the keeper. What is left of the tree has fallen to it; it ends that, and leaves the records that are missing.
 */

import { NO_CONTAINER } from "../codec/state.ts";
import { keyOf, recordPath } from "../container/record.ts";
import { monotonicMs } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { setDumpable } from "../linux/prctl.ts";
import { decode } from "../linux/primitive.ts";
import { getpid } from "../linux/process.ts";
import { pread } from "../linux/read.ts";
import { fstat } from "../linux/stat.ts";
import { EXIT } from "../spec/failure.ts";
import { parseCall } from "./call.ts";
import type { Common } from "./event.ts";
import { finish } from "./finish.ts";
import { LOG_NAME } from "./log.ts";
import { chooseCgroup, findOwnCgroup, removeOwnCgroup } from "./own-cgroup.ts";
import { placeOf } from "./place.ts";
import { readEntry } from "./prepare.ts";
import type { Program } from "./program.ts";
import { Run } from "./run.ts";
import type { Moment } from "./run-id.ts";
import { killTree } from "./tree.ts";
import type { Verdict } from "./verdict.ts";

/** From the deadline until the keeper is given up, milliseconds: later than it would tell by itself. */
export const SILENCE = 225;
/** How long the tree may take to die, milliseconds. */
const PATIENCE = 100;
/** How much of the log is searched: far more than is written while one hook runs. */
const SEARCHED = 512 * 1024;

/** What is known of a run that no other word says. */
interface Facts {
  base: Common;
  started: number;
  startedAt: Moment;
  limitMs: number;
  program?: Program["kind"];
}

/** The words of a guard that takes over a run, from those of the guard that runs it: `hookwright-guard takeover FACTS …`. */
export function takeoverWords(run: Run, argv: readonly string[]): string[] {
  const { base, started, startedAt, limitMs } = run;
  const facts: Facts = { base, started, startedAt, limitMs };
  if (run.program !== undefined) facts.program = run.program.kind;
  const [name = "", ...words] = argv;
  return [name, "takeover", JSON.stringify(facts), ...words];
}

/** Ends the tree, writes what the keeper did not; returns the exit status. */
export function takeOver(argv: readonly string[], env: readonly string[]): number {
  setDumpable(false);
  const [name = "", , facts = "", ...words] = argv;
  const run = runOf([name, ...words], env, JSON.parse(facts));
  const late = monotonicMs() >= run.deadline + SILENCE;
  let killed = 0;
  chooseCgroup(run);
  findOwnCgroup(run);
  const count = () => killed++;
  // Its own pid is as good as the hook's: keeper and hook are younger.
  const gone = killTree(run.pid, run.cgroup, monotonicMs() + PATIENCE, count);
  removeOwnCgroup(run);
  const seen = recordsOf(run);
  const verdict: Verdict = {
    result: late ? "timeout" : "error",
    reason: late ? "keeper_stopped" : "keeper_killed",
    message: late ? "the process that watched it did not answer" : "the process that watched it was killed",
    status: late ? EXIT.timeout : EXIT.own,
  };
  if (!gone) verdict.message += "; some of its processes do not end";
  if (seen.ended) return run.exitStatus(verdict);
  return finish(run, verdict, { killed, start: !seen.started });
}

function runOf(argv: readonly string[], env: readonly string[], facts: Facts): Run {
  const { base, started, startedAt, limitMs, program } = facts;
  const call = parseCall(argv);
  const place = placeOf(call, env);
  const container = { ...NO_CONTAINER, ...base.container };
  const entry = readEntry(call, place);
  const run = new Run({
    id: base.run,
    call,
    started,
    startedAt,
    pid: getpid(),
    place,
    container,
    entry,
    base,
  });
  run.limitMs = limitMs;
  if (!place.inside) run.record = recordPath(place.roots, keyOf(container, call.via));
  if (program !== undefined) run.program = { fd: -1, argv: entry.args, kind: program };
  return run;
}

/** Which records of the run the log has; a spool cannot be read from inside, so there the worst is assumed. */
function recordsOf(run: Run): { started: boolean; ended: boolean } {
  if (run.place.spool !== undefined) return { started: true, ended: false };
  try {
    const fd = openIfThere(
      AT_FDCWD,
      `${run.place.roots.log}/${LOG_NAME}`,
      O.RDONLY | O.NOFOLLOW | O.NONBLOCK,
    );
    if (fd === null) return { started: false, ended: false };
    const { size } = fstat(fd);
    const buffer = new Uint8Array(Math.min(size, SEARCHED));
    const text = decode(buffer.subarray(0, pread(fd, buffer, size - buffer.length)));
    close(fd);
    const has = (kind: string) => text.includes(`{"v":1,"kind":"${kind}","run":"${run.id}"`);
    return { started: has("start"), ended: has("end") };
  } catch {
    return { started: false, ended: false };
  }
}
