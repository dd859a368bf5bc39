/**
 * The guard: what the runtime starts in the hook's place. It checks everything, forks the keeper that runs the hook, and
 * waits for its verdict; should the keeper die or fall silent, the guard ends the hook's tree itself.
 */

import { monotonicMs } from "../linux/clock.ts";
import { close, isOpen, pipe } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { POLL, poll } from "../linux/poll.ts";
import { setChildSubreaper, setDumpable } from "../linux/prctl.ts";
import { exit, fork, kill } from "../linux/process.ts";
import { read } from "../linux/read.ts";
import { SIGNAL } from "../linux/signal.ts";
import { wait } from "../linux/wait.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { parseCall } from "./call.ts";
import { finish } from "./finish.ts";
import { keep } from "./keep.ts";
import { prepare } from "./prepare.ts";
import type { Run } from "./run.ts";
import { failed } from "./verdict.ts";

/** From the deadline until the keeper is given up, milliseconds: later than it would tell by itself. */
const SILENCE = 225;

/** Runs the hook that `argv` names; returns the exit status. Throws `Failure` `usage` for arguments that are not ours. */
export async function guard(argv: readonly string[], env: readonly string[]): Promise<number> {
  fillStandardDescriptors();
  // Nobody of the same user may look into this process for the hook's environment or the spool's key.
  setDumpable(false);
  const { run, failure } = prepare(parseCall(argv), env);
  const { entry, program } = run;
  if (failure !== undefined || entry === undefined || program === undefined) {
    return finish(run, failed(failure ?? new Failure("internal", "prepare the hook")), { start: true });
  }
  setChildSubreaper(true);
  const life = pipe();
  const verdict = pipe();
  let keeper: number;
  try {
    keeper = fork();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    const hint = "raise the container's limit of processes";
    const refused = new Failure("fork_failed", `start ${entry.path}: ${error.message}`, {
      hint,
      exitCode: EXIT.own,
    });
    return finish(run, failed(refused), { start: true });
  }
  if (keeper === 0) {
    close(life.write);
    close(verdict.read);
    await keep(run, entry, program, { guard: life.read, verdict: verdict.write });
    exit(EXIT.own);
  }
  run.keeper = keeper;
  close(life.read);
  close(verdict.write);
  return await awaitVerdict(run, verdict.read);
}

async function awaitVerdict(run: Run, verdict: number): Promise<number> {
  const came = poll([verdict], POLL.IN, run.deadline + SILENCE - monotonicMs())[0] !== 0;
  const answer = new Uint8Array(2);
  if (came && read(verdict, answer) === answer.length) {
    const [status = EXIT.own, stays] = answer;
    if (stays === 0) wait(run.keeper);
    return status;
  }
  if (!came) kill(run.keeper, SIGNAL.KILL);
  wait(run.keeper);
  const { takeOver } = await import("./takeover.ts");
  return takeOver(run, !came);
}

/** A runtime may start us without them; what is opened next must not take their numbers. */
function fillStandardDescriptors(): void {
  for (const fd of [0, 1, 2]) {
    if (!isOpen(fd) && openIfThere(AT_FDCWD, "/dev/null", O.RDWR) === null) pipe();
  }
}
