/**
 * Errors of the wrapper itself, where an engine looks for those of a runtime: in the file of `--log`, in the form of
 * `--log-format`, and on stderr. Never on stdout, which engines parse.
 */

import { LinuxError } from "../linux/error.ts";
import { append, write } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";

export interface LogTarget {
  /** As given to the runtime; crun's `file:` prefix is understood, its `journald:` and `syslog:` are not written to. */
  readonly log?: string;
  readonly logFormat?: string;
}

export type Level = "error" | "warning";

const STDERR = 2;

/** Reports an error on both ways; returns the exit status. */
export function reportError(error: unknown, name: string, target: LogTarget): number {
  const text = describe(error);
  toLog("error", text, target);
  try {
    write(STDERR, `${name}: ${text}\n`);
  } catch {
    // Nobody is left to be told.
  }
  return error instanceof Failure && error.exitCode !== EXIT.failed ? error.exitCode : EXIT.own;
}

/**
 * Reports something that stops nothing. On stderr only where there is no log, because the stderr of `create` becomes the
 * container's.
 */
export function warn(message: string, name: string, target: LogTarget): void {
  if (toLog("warning", message, target)) return;
  try {
    write(STDERR, `${name}: warning: ${message}\n`);
  } catch {
    // A warning stops nothing.
  }
}

/** What happened and what to do, on one line. A mistake of ours shows its stack. */
export function describe(error: unknown): string {
  if (error instanceof Failure)
    return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
  if (error instanceof LinuxError) return error.message;
  if (error instanceof Error) return `internal error: ${error.message}\n${error.stack ?? ""}`;
  return `internal error: ${String(error)}`;
}

/** One line of the log, as logrus writes it in runc. `time` is RFC 3339 in UTC. */
export function logLine(level: Level, message: string, format: string | undefined, time: string): string {
  const line =
    format === "json"
      ? JSON.stringify({ level, msg: message, time })
      : `time="${time}" level=${level} msg=${JSON.stringify(message)}`;
  return `${line}\n`;
}

/** False when there is no log, or it cannot be written. */
function toLog(level: Level, message: string, { log, logFormat }: LogTarget): boolean {
  if (log === undefined || log === "" || log.startsWith("journald:") || log.startsWith("syslog:"))
    return false;
  const path = log.startsWith("file:") ? log.slice("file:".length) : log;
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  try {
    append(path, logLine(level, message, logFormat, time), 0o644);
    return true;
  } catch {
    return false;
  }
}
