/**
 * How a run ended, and what the runtime is told: the hook's own exit status, or one that says why there is none
 * (as `timeout` and `chroot` do), and one line that names hook, stage and reason.
 */

import type { Result } from "../spec/event.ts";
import { EXIT, type Failure } from "../spec/failure.ts";

export interface Verdict {
  result: Result;
  /** Stable code; absent when all is well. */
  reason?: string;
  /** One sentence for a person. */
  message?: string;
  /** The hook's own exit status, when it exited. */
  exit?: number;
  signal?: number;
  /** The guard's exit status when the failure is to stop the container. */
  status: number;
}

/** Signals that people meet, by number; the others are `signal N`. */
const SIGNALS: Partial<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  31: "SIGSYS",
};

export function exited(status: number): Verdict {
  if (status === 0) return { result: "ok", exit: 0, status: 0 };
  return {
    result: "fail",
    reason: "exit_status",
    message: `it exited with status ${status}`,
    exit: status,
    status,
  };
}

export function signalled(signal: number): Verdict {
  const name = SIGNALS[signal] ?? `signal ${signal}`;
  return { result: "fail", reason: "signal", message: `${name} ended it`, signal, status: 128 + signal };
}

export function timedOut(limitMs: number): Verdict {
  const message = `it ran past its limit of ${limitMs / 1000} s`;
  return { result: "timeout", reason: "timeout", message, status: EXIT.timeout };
}

/** The runtime, or the hook, killed the guard while the keeper lived. */
export function guardKilled(): Verdict {
  return {
    result: "error",
    reason: "guard_killed",
    message: "the guard was killed while it ran",
    status: EXIT.own,
  };
}

/** What a Failure before or after the run means: 126 is a refusal, everything else an error. */
export function failed(failure: Failure): Verdict {
  const status = failure.exitCode === EXIT.failed ? EXIT.own : failure.exitCode;
  const result = status === EXIT.refused ? "denied" : status === EXIT.timeout ? "timeout" : "error";
  return { result, reason: failure.code, message: failure.message, status };
}

/** What the guard exits with. */
export function exitStatus(verdict: Verdict, onFailure: "stop" | "continue"): number {
  return onFailure === "continue" ? 0 : verdict.status;
}

/** The last line on stderr: it ends up in the engine's error. */
export function lastLine(hook: string, stage: string, verdict: Verdict, run: string): string {
  return `hookwright: hook ${hook} at ${stage}: ${verdict.message ?? verdict.result} (hookwright events show ${run})`;
}
