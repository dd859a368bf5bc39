/**
 * The keeper: the child of the guard that starts the hook, watches it and the guard, holds its output
 * and its tree, and writes both records. If the guard dies, the keeper ends the tree; if the keeper dies, the guard does.
 */

import { containerKey } from "../container/record.ts";
import type { Call } from "../linux/call-list.ts";
import { close, duplicateTo, pipe } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { setChildSubreaper } from "../linux/prctl.ts";
import { exit, getppid, kill, setsid } from "../linux/process.ts";
import { SIGNAL } from "../linux/signal.ts";
import { type Child, spawn } from "../linux/spawn.ts";
import { writeSome } from "../linux/write.ts";
import { VARIABLE } from "../spec/environment.ts";
import { EXIT } from "../spec/failure.ts";
import { ledgerPath } from "../spec/ledger.ts";
import type { Entry } from "../spec/plan.ts";
import type { Stage } from "../spec/stage.ts";
import { handOn } from "./edits.ts";
import { finish, startOf } from "./finish.ts";
import { startFailure, stepsToHook } from "./hook-process.ts";
import type { Line } from "./line.ts";
import { createOwnCgroup, removeOwnCgroup } from "./own-cgroup.ts";
import type { Program } from "./program.ts";
import { leave } from "./record.ts";
import type { Run } from "./run.ts";
import { Supervision } from "./supervise.ts";
import { failed } from "./verdict.ts";

/** Stages at which the container's first process would inherit what the guard does not wait for. */
const WAIT_FOR_KEEPER: ReadonlySet<Stage> = new Set(["createContainer", "startContainer"]);

/**
 * Runtimes that do not mind a keeper that ends a moment after its guard. crun does (notes/crun): it is a subreaper, and
 * when two children end at once it can miss that the hook did, and waits for its own timeout.
 */
const REAPS_OTHERS: ReadonlySet<string> = new Set(["runc"]);

/** Option of wait4. */
const WNOHANG = 1;

/**
 * Runs in the guard's child and ends it: with nothing of the tree left, or, after the verdict, when that is so at last.
 * `verdict` takes what `tell` says.
 */
export function keep(run: Run, entry: Entry, line: Line, verdict: number): never {
  setsid();
  setChildSubreaper(true);
  createOwnCgroup(run);
  const out = pipe();
  const err = pipe();
  const { program } = run;
  if (program === undefined) exit(EXIT.own);
  const fds = { stdin: run.stdin, stdout: out.write, stderr: err.write };
  const hook = start(run, stepsToHook(program, environmentOf(run, entry), fds));
  if (hook instanceof LinuxError)
    return end(run, verdict, finish(run, failed(startFailure(hook, entry)), { start: true }));
  release(run, program, [out.write, err.write]);
  // While the hook starts. Should the log's disk stand still, the guard ends us at the deadline.
  leave(run.place, entry.events, [startOf(run)]);
  const supervision = new Supervision(run, entry, hook, { out: out.read, err: err.read }, line);
  supervision.watch();
  const failure = hook.failure();
  const ended = failure === undefined ? supervision.verdict() : failed(startFailure(failure, entry));
  const outcome = supervision.outcome();
  const status = finish(run, handOn(run, entry, ended, outcome), outcome);
  if (supervision.over) return end(run, verdict, status);
  tell(verdict, status, WNOHANG);
  letGo();
  supervision.linger();
  removeOwnCgroup(run);
  exit(status);
}

/** What the definition lists, and what a hook cannot know otherwise: its stage, how long it may take, where it says how it is undone. */
function environmentOf(run: Run, entry: Entry): string[] {
  const { call, container, place } = run;
  const env = [`${VARIABLE.stage}=${call.stage}`, `${VARIABLE.deadline}=${Math.floor(run.deadline)}`];
  if (place.ledger)
    env.push(
      `${VARIABLE.ledger}=${ledgerPath(place.roots, containerKey(container.id, container.bundle), call.digest, call.plan)}`,
    );
  if (call.left) env.push(`${VARIABLE.left}=1`);
  return [...env, ...entry.env];
}

/** In the cgroup when the kernel takes it (CLONE_INTO_CGROUP, 5.7; some seccomp profiles refuse clone3). */
function start(run: Run, steps: readonly Call[]): Child | LinuxError {
  try {
    if (run.cgroup !== null) return spawn(steps, run.cgroup.fd);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    removeOwnCgroup(run);
  }
  try {
    return spawn(steps);
  } catch (error) {
    if (error instanceof LinuxError) return error;
    throw error;
  }
}

/** What only the hook needs. */
function release(run: Run, program: Program, ends: readonly number[]): void {
  for (const fd of ends) close(fd);
  close(run.stdin);
  close(program.fd);
  if (program.script !== undefined) close(program.script);
}

function end(run: Run, verdict: number, status: number): never {
  removeOwnCgroup(run);
  // A hook may have stopped the guard, which the runtime waits for.
  if (status !== 0 && getppid() === run.pid) kill(run.pid, SIGNAL.CONT);
  const { runtime, stage } = run.call;
  const mayStay = REAPS_OTHERS.has(runtime ?? "") && !WAIT_FOR_KEEPER.has(stage);
  tell(verdict, status, mayStay ? WNOHANG : 0);
  exit(status);
}

/** The guard's exit status, and how it waits for the keeper: an option of wait4. */
function tell(verdict: number, status: number, waiting: number): void {
  try {
    writeSome(verdict, new Uint8Array([status, waiting]));
  } catch {
    // The guard is dead; nobody waits for the verdict.
  }
}

/** The runtime may wait for the last holder of its pipes. */
function letGo(): void {
  const nothing = openIfThere(AT_FDCWD, "/dev/null", O.RDWR);
  for (const fd of [0, 1, 2]) {
    if (nothing === null) close(fd);
    else duplicateTo(nothing, fd);
  }
}
