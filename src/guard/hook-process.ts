/**
 * The way from a fork to the hook's first instruction: a session of its own, the state on standard input, two pipes for
 * output, no other descriptor, default signals, `/` as the working directory, and nothing of our environment.
 */

import { closeRangeOnExec, duplicate, duplicateTo, setCloseOnExec } from "../linux/descriptor.ts";
import { chdir } from "../linux/directory.ts";
import { errnoName, LinuxError } from "../linux/error.ts";
import { execveFd } from "../linux/exec.ts";
import { setParentDeathSignal } from "../linux/prctl.ts";
import { exit, getppid, setsid, umask } from "../linux/process.ts";
import { resetSignals, SIGNAL } from "../linux/signal.ts";
import { write } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import { type Program, SCRIPT_FD } from "./program.ts";

export interface Descriptors {
  stdin: number;
  stdout: number;
  stderr: number;
  /** Where a failure is told: a close-on-exec pipe, so silence means that the hook runs. */
  trouble: number;
}

/** Out of the way of the standard descriptors and of SCRIPT_FD. */
const SAFE_FD = 10;

/** Becomes the hook. `keeper` is the process that must be the parent still. */
export function becomeHook(
  program: Program,
  env: readonly string[],
  fds: Descriptors,
  keeper: number,
): never {
  let trouble = fds.trouble;
  try {
    setParentDeathSignal(SIGNAL.KILL);
    if (getppid() !== keeper) exit(EXIT.own);
    setsid();
    let { fd } = program;
    if (program.script !== undefined) {
      trouble = duplicate(trouble, SAFE_FD);
      fd = duplicate(fd, SAFE_FD);
      const script = duplicate(program.script, SAFE_FD);
      standard(fds);
      duplicateTo(script, SCRIPT_FD);
    } else standard(fds);
    closeRangeOnExec(SCRIPT_FD);
    if (program.script !== undefined) setCloseOnExec(SCRIPT_FD, false);
    umask(0o022);
    chdir("/");
    resetSignals();
    execveFd(fd, program.argv, env);
  } catch (error) {
    write(
      trouble,
      error instanceof LinuxError ? `${error.syscall} ${error.errno}` : `start 0 ${String(error)}`,
    );
    exit(EXIT.refused);
  }
}

/** What a hook that could not be started wrote to the trouble pipe, as a Failure: 126, or 127 when something is missing. */
export function startFailure(trouble: string, entry: Entry): Failure {
  const [syscall = "", number = ""] = trouble.split(" ");
  const code = errnoName(Number(number));
  const what = `start ${entry.path}`;
  const refused = (reason: string, message: string, hint?: string) =>
    new Failure(reason, `${what}: ${message}`, {
      exitCode: EXIT.refused,
      ...(hint === undefined ? {} : { hint }),
    });
  if (syscall === "execveat" && code === "ENOENT") {
    return new Failure("loader_missing", `${what}: the loader or interpreter that it names is missing`, {
      hint: "link it statically, or install what `ldd` or its first line names",
      exitCode: EXIT.missing,
    });
  }
  if (syscall === "execveat" && code === "ENOEXEC") {
    return refused(
      "exec_format",
      "it is no program for this machine",
      "give a script a `#!` line, then `hookwright apply`",
    );
  }
  if (syscall === "execveat" && (code === "EACCES" || code === "EPERM")) {
    return refused(
      "exec_denied",
      `the kernel does not let it run (${code})`,
      "look for SELinux, AppArmor or IMA denials",
    );
  }
  if (syscall === "execveat" && code === "E2BIG")
    return refused("exec_too_big", "its arguments and environment are too long");
  return refused("start_failed", `${syscall}: ${code}`);
}

function standard(fds: Descriptors): void {
  duplicateTo(fds.stdin, 0);
  duplicateTo(fds.stdout, 1);
  duplicateTo(fds.stderr, 2);
}

/** No process for the keeper, or for the hook. */
export function noFork(entry: Entry, error: LinuxError): Failure {
  return new Failure("fork_failed", `start ${entry.path}: ${error.message}`, {
    hint: "raise the container's limit of processes, or of memory",
    exitCode: EXIT.own,
  });
}
