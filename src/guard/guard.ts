/**
 * The guard: what the runtime starts in the hook's place. It decides whether the hook may run, forks the keeper that runs
 * it, and waits for its verdict; should the keeper die or fall silent, the guard ends the hook's tree itself.
 */

import { monotonicMs } from "../linux/clock.ts";
import { close, isOpen, pipe } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { POLL, ready } from "../linux/poll.ts";
import { setChildSubreaper, setDumpable } from "../linux/prctl.ts";
import { fork, kill } from "../linux/process.ts";
import { read } from "../linux/read.ts";
import { blockSignals, SIGNAL } from "../linux/signal.ts";
import { wait } from "../linux/wait.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Stage } from "../spec/stage.ts";
import { parseCall } from "./call.ts";
import { equip } from "./equip.ts";
import { finish } from "./finish.ts";
import { noFork } from "./hook-process.ts";
import { keep } from "./keep.ts";
import { Line } from "./line.ts";
import { prepare } from "./prepare.ts";
import type { Run } from "./run.ts";
import { takeOver } from "./takeover.ts";
import { failed } from "./verdict.ts";

/** From the deadline until the keeper is given up, milliseconds: later than it would tell by itself. */
const SILENCE = 225;

/** Stages at which the container's first process would inherit what the guard does not wait for. */
const WAIT_FOR_KEEPER: ReadonlySet<Stage> = new Set(["createContainer", "startContainer"]);

/**
 * Runtimes that do not mind a keeper that ends a moment after its guard. crun does (notes/crun): it is a subreaper, and
 * when two children end at once it can miss that the hook did, and waits for its own timeout.
 */
const REAPS_OTHERS: ReadonlySet<string> = new Set(["runc"]);

/** Runs the hook that `argv` names; returns the exit status. Throws `Failure` `usage` for arguments that are not ours. */
export function guard(argv: readonly string[], env: readonly string[]): number {
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
  const unfit = equip(run, entry, state);
  if (unfit !== undefined) return finish(run, failed(unfit), { start: true });
  setChildSubreaper(true);
  const line = pipe();
  const verdict = pipe();
  const keeper = tryFork();
  if (keeper instanceof LinuxError) return finish(run, failed(noFork(entry, keeper)), { start: true });
  if (keeper === 0) {
    close(line.write);
    close(verdict.read);
    return keep(run, entry, new Line(line.read), verdict.write);
  }
  run.keeper = keeper;
  close(line.read);
  close(verdict.write);
  return awaitVerdict(run, verdict.read);
}

function awaitVerdict(run: Run, verdict: number): number {
  const came = ready(verdict, POLL.IN, run.deadline + SILENCE - monotonicMs());
  const answer = new Uint8Array(2);
  if (came && read(verdict, answer) === answer.length) {
    const [status = EXIT.own, stays] = answer;
    const mayStay = REAPS_OTHERS.has(run.call.runtime ?? "") && !WAIT_FOR_KEEPER.has(run.call.stage);
    if (stays === 0 && !mayStay) wait(run.keeper);
    return status;
  }
  if (!came) kill(run.keeper, SIGNAL.KILL);
  wait(run.keeper);
  return takeOver(run, !came);
}

function tryFork(): number | LinuxError {
  try {
    return fork();
  } catch (error) {
    if (error instanceof LinuxError) return error;
    throw error;
  }
}

/** A runtime may start us without them; what is opened next must not take their numbers. */
function fillStandardDescriptors(): void {
  for (const fd of [0, 1, 2]) {
    if (!isOpen(fd) && openIfThere(AT_FDCWD, "/dev/null", O.RDWR) === null) pipe();
  }
}
