/** Event records as a guard writes them, for tests of what reads them. */

import type { EndEvent, StartEvent } from "../../src/spec/event.ts";

/** UUIDv7-like ids that sort by their number. */
export function runId(number: number): string {
  return `019ab3c4-${number.toString(16).padStart(4, "0")}-7000-8000-000000000000`;
}

export function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 23, 9, 0, seconds)).toISOString().replace("Z", "000000Z");
}

export function startRecord(number: number, change: Partial<StartEvent> = {}): StartEvent {
  return {
    v: 1,
    kind: "start",
    run: runId(number),
    ts: timeAt(number),
    hook: { name: "bridge", path: "/usr/libexec/bridge", digest: `sha256:${"a".repeat(64)}` },
    stage: "createRuntime",
    container: { id: "c0ffee0123456789", bundle: "/run/bundle", pid: 41 },
    plan: `sha256:${"b".repeat(64)}`,
    host: "node-1",
    boot: "boot-1",
    argv: ["bridge", "--up"],
    limit_ms: 10_000,
    guard_pid: 40,
    ...change,
  };
}

export function endRecord(number: number, change: Partial<EndEvent> = {}): EndEvent {
  const { argv: _argv, guard_pid: _pid, ...base } = startRecord(number);
  return {
    ...base,
    kind: "end",
    result: "ok",
    exit: 0,
    dur_ms: 4.2,
    limit_ms: 10_000,
    onFailure: "stop",
    stdout: { bytes: 0, tail: "" },
    stderr: { bytes: 0, tail: "" },
    ...change,
  };
}

/** JSON lines. */
export function lines(...records: object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
