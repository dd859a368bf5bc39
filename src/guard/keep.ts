/**
 * The keeper: the child of the guard that starts the hook, watches it and the guard, holds its output and its tree, and
 * writes the records. If the guard dies, the keeper ends the tree; if the keeper dies, the guard does.
 */

import { killCgroup, makeCgroup, removeCgroup } from "../linux/cgroup.ts";
import { close, duplicateTo, pipe } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { type Child, forkWithPidfd } from "../linux/lineage.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { setChildSubreaper } from "../linux/prctl.ts";
import { decode } from "../linux/primitive.ts";
import { exit, getpid, getppid, kill, setsid } from "../linux/process.ts";
import { readNonBlocking } from "../linux/read.ts";
import { ignoreSignal, SIGNAL } from "../linux/signal.ts";
import { writeSome } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import { finish, startOf } from "./finish.ts";
import { becomeHook, startFailure } from "./hook-process.ts";
import type { Program } from "./program.ts";
import { leave } from "./record.ts";
import type { Run } from "./run.ts";
import { Supervision } from "./supervise.ts";
import { failed, type Verdict } from "./verdict.ts";

export interface Lines {
  /** Hangs up when the guard dies. */
  guard: number;
  /** Takes the exit status, and whether the keeper stays. */
  verdict: number;
}

/** Runs in the forked child and ends it: with nothing of the tree left, or, long after the verdict, when that is so. */
export async function keep(run: Run, entry: Entry, program: Program, lines: Lines): Promise<never> {
  setsid();
  setChildSubreaper(true);
  ignoreSignal(SIGNAL.PIPE);
  await leave(run.place, entry.events, [startOf(run)]);
  if (run.cgroupParent !== null) run.cgroup = makeCgroup(run.cgroupParent, run.cgroupName);
  const out = pipe();
  const err = pipe();
  const trouble = pipe(true);
  const keeper = getpid();
  const hook = start(run);
  if (hook instanceof LinuxError) {
    const failure = new Failure("fork_failed", `start ${entry.path}: ${hook.message}`, {
      exitCode: EXIT.own,
    });
    return end(run, lines, await finish(run, failed(failure)));
  }
  if (hook.pid === 0) {
    const fds = { stdin: run.stdin, stdout: out.write, stderr: err.write, trouble: trouble.write };
    becomeHook(program, entry.env, fds, keeper);
  }
  for (const fd of [out.write, err.write, trouble.write, run.stdin, program.fd]) close(fd);
  if (program.script !== undefined) close(program.script);
  const supervision = new Supervision(run, entry, hook, { out: out.read, err: err.read, guard: lines.guard });
  await supervision.watch();
  const verdict = troubleOf(trouble.read, entry) ?? supervision.verdict();
  const status = await finish(run, verdict, supervision.outcome());
  if (supervision.over) return end(run, lines, status);
  tell(lines, status, true);
  letGo();
  await supervision.linger();
  removeTree(run);
  exit(status);
}

/** In the cgroup when the kernel takes it (CLONE_INTO_CGROUP, 5.7; some seccomp profiles refuse clone3). */
function start(run: Run): Child | LinuxError {
  try {
    if (run.cgroup !== null) return forkWithPidfd(run.cgroup.fd);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    removeTree(run);
  }
  try {
    return forkWithPidfd();
  } catch (error) {
    if (error instanceof LinuxError) return error;
    throw error;
  }
}

function end(run: Run, lines: Lines, status: number): never {
  removeTree(run);
  // A hook may have stopped the guard, which the runtime waits for.
  if (status !== 0 && getppid() === run.pid) kill(run.pid, SIGNAL.CONT);
  tell(lines, status, false);
  exit(status);
}

function tell(lines: Lines, status: number, stays: boolean): void {
  try {
    writeSome(lines.verdict, new Uint8Array([status, stays ? 1 : 0]));
  } catch {
    // The guard is dead; nobody waits for the verdict.
  }
}

function removeTree(run: Run): void {
  if (run.cgroup === null) return;
  killCgroup(run.cgroup);
  removeCgroup(run.cgroup);
  run.cgroup = null;
}

/** What kept the hook from starting; undefined when it did. */
function troubleOf(fd: number, entry: Entry): Verdict | undefined {
  const buffer = new Uint8Array(256);
  const count = readNonBlocking(fd, buffer) ?? 0;
  return count === 0 ? undefined : failed(startFailure(decode(buffer.subarray(0, count)), entry));
}

/** The runtime may wait for the last holder of its pipes. */
function letGo(): void {
  const nothing = openIfThere(AT_FDCWD, "/dev/null", O.RDWR);
  for (const fd of [0, 1, 2]) {
    if (nothing === null) close(fd);
    else duplicateTo(nothing, fd);
  }
}
