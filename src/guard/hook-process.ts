/**
 * The way from a fork to the hook's first instruction: a session of its own, the state on standard input, two pipes for
 * output, no other descriptor, default signals, `/` as the working directory, and nothing of our environment.
 */

import type { Call } from "../linux/call-list.ts";
import { duplicate } from "../linux/descriptor.ts";
import { errnoName, type LinuxError } from "../linux/error.ts";
import { SIGNAL } from "../linux/signal.ts";
import {
  closeOnExec,
  dieWithParent,
  execute,
  fileModeMask,
  newSession,
  pass,
  workingDirectory,
} from "../linux/steps.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import { type Program, SCRIPT_FD } from "./program.ts";

export interface Descriptors {
  stdin: number;
  stdout: number;
  stderr: number;
}

/** Out of the way of the standard descriptors and of SCRIPT_FD. */
const SAFE_FD = 10;

/** What a child of the keeper does to become the hook. Descriptors of the keeper may be copied for it: it ends before long. */
export function stepsToHook(program: Program, env: readonly string[], fds: Descriptors): Call[] {
  const { script, argv } = program;
  const fd = script === undefined ? program.fd : duplicate(program.fd, SAFE_FD);
  return [
    ...dieWithParent(SIGNAL.KILL),
    newSession(),
    pass(fds.stdin, 0),
    pass(fds.stdout, 1),
    pass(fds.stderr, 2),
    closeOnExec(SCRIPT_FD),
    ...(script === undefined ? [] : [pass(duplicate(script, SAFE_FD), SCRIPT_FD)]),
    fileModeMask(0o022),
    workingDirectory("/"),
    execute(fd, argv, env),
  ];
}

/** What kept a hook from starting, as a Failure: 126, or 127 when something is missing. */
export function startFailure(error: LinuxError, entry: Entry): Failure {
  const { syscall } = error;
  if (syscall === "clone" || syscall === "clone3") return noFork(entry, error);
  const code = errnoName(error.errno);
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

/** No process for the keeper, or for the hook. */
export function noFork(entry: Entry, error: LinuxError): Failure {
  return new Failure("fork_failed", `start ${entry.path}: ${error.message}`, {
    hint: "raise the container's limit of processes, or of memory",
    exitCode: EXIT.own,
  });
}
