/**
 * The record of one hook run: a start line and an end line, each one JSON object and one append to events.jsonl.
 * A start without an end is the trace of a crash. Times are RFC 3339 UTC with nanoseconds, durations milliseconds.
 */

import type { Stage } from "./stage.ts";

export type Result = "ok" | "fail" | "timeout" | "denied" | "error";

export interface EventBase {
  v: 1;
  kind: "start" | "end";
  /** UUIDv7, the same on both lines. */
  run: string;
  ts: string;
  hook: { name: string; path: string; digest: string };
  stage: Stage;
  container: { id: string; bundle: string; pid?: number };
  /** Digest of the plan that injected this run, `sha256:…`. */
  plan: string;
  /** From the bundle's path: docker, containerd, podman, crio; absent when it does not say. */
  engine?: string;
  runtime?: string;
  host: string;
  boot: string;
  namespace?: { name: string; source: string };
  /** Set on lines that came from inside a container by way of its spool. */
  spooled?: boolean;
}

export interface StartEvent extends EventBase {
  kind: "start";
  argv: string[];
  limit_ms: number;
  guard_pid: number;
}

export interface OutputTail {
  /** Bytes that the hook wrote in all. */
  bytes: number;
  /** The last of them, at most `guard.output`; what is not UTF-8 is replaced. */
  tail: string;
}

export interface EndEvent extends EventBase {
  kind: "end";
  result: Result;
  /** A stable code that says why the result is not ok: `timeout`, `exit_status`, `signal`, `digest_mismatch`, … */
  reason?: string;
  /** One sentence for a person. */
  message?: string;
  /** Exit status of the hook, when it exited. */
  exit?: number;
  /** Signal number that ended it. */
  signal?: number;
  dur_ms: number;
  limit_ms: number;
  onFailure: "stop" | "continue";
  stdout: OutputTail;
  stderr: OutputTail;
  /** Processes of the hook's tree that had to be killed. */
  killed?: number;
  rusage?: { user_ms: number; system_ms: number; max_rss_kb: number };
  /** Processes that were left running, as the definition allows. */
  detached?: number;
  /** `cgroup` or `subreaper`: how the tree was held. */
  tree?: string;
  /** `memfd`: a sealed copy of the program ran; `store`: the store's file itself, where the kernel forbids such copies. */
  program?: string;
  /** Events lost before this one because the log could not be written. */
  dropped?: number;
}

export type HookEvent = StartEvent | EndEvent;
