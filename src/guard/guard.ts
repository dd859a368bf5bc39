/**
 * The guard: what the runtime starts in the hook's place. It decides whether the hook may run, and goes on as its own child,
 * the keeper, which runs it. The process that the runtime started stays behind, able to do no more than a few system calls: it waits for
 * the verdict, and should the keeper die or fall silent, it executes this program anew to end the hook's tree (takeover.ts).
 */

import { becomeChild } from "../linux/become.ts";
import type { Call as SystemCall } from "../linux/call-list.ts";
import { monotonicMs } from "../linux/clock.ts";
import { close, isOpen, type Pipe, pipe } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { setChildSubreaper, setDumpable } from "../linux/prctl.ts";
import { blockSignals, SIGNAL } from "../linux/signal.ts";
import { awaitChild, awaitInput, closing, executeFile, exiting, readByte } from "../linux/steps.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { parseCall } from "./call.ts";
import { isDoneElsewhere } from "./elsewhere.ts";
import { equip } from "./equip.ts";
import { finish } from "./finish.ts";
import { noFork } from "./hook-process.ts";
import { keep } from "./keep.ts";
import { Line } from "./line.ts";
import { prepare } from "./prepare.ts";
import type { Run } from "./run.ts";
import { SILENCE, takeoverWords } from "./takeover.ts";
import { failed } from "./verdict.ts";

/**
 * Runs the hook that `argv` names; returns the exit status. `program` is the path of this program. Throws `Failure` `usage` for
 * arguments that are not ours.
 */
export function guard(program: string, argv: readonly string[], env: readonly string[]): number {
  fillStandardDescriptors();
  // Nobody of the same user may look into this process for the hook's environment or the spool's key.
  setDumpable(false);
  // A runtime, or a keeper, that no longer listens must not end us before the record is written.
  blockSignals([SIGNAL.PIPE]);
  const { run, state, failure } = prepare(parseCall(argv), env);
  const { entry } = run;
  if (failure !== undefined || entry === undefined) {
    return finish(run, failed(failure ?? new Failure("internal", "prepare the hook")), { start: true });
  }
  if (isDoneElsewhere(run)) return EXIT.ok;
  const unfit = equip(run, entry, state);
  if (unfit !== undefined) return finish(run, failed(unfit), { start: true });
  setChildSubreaper(true);
  const line = pipe();
  const verdict = pipe();
  try {
    becomeChild(behind(run, line, verdict), executeFile(program, takeoverWords(run, argv), env));
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    return finish(run, failed(noFork(entry, error)), { start: true });
  }
  close(line.write);
  close(verdict.read);
  return keep(run, entry, new Line(line.read), verdict.write);
}

/** What is left to do for the process that the runtime waits for. Two bytes come from the keeper: see `tell` of keep.ts. */
function behind(run: Run, line: Pipe, verdict: Pipe): SystemCall[] {
  const [wait, exit] = [5, 6];
  return [
    closing(line.read),
    closing(verdict.write),
    awaitInput(verdict.read, run.deadline + SILENCE - monotonicMs()),
    readByte(verdict.read, { call: exit, argument: 0 }),
    readByte(verdict.read, { call: wait, argument: 2 }),
    awaitChild(),
    exiting(EXIT.ok),
  ];
}

/** A runtime may start us without them; what is opened next must not take their numbers. */
function fillStandardDescriptors(): void {
  for (const fd of [0, 1, 2]) {
    if (!isOpen(fd) && openIfThere(AT_FDCWD, "/dev/null", O.RDWR) === null) pipe();
  }
}
