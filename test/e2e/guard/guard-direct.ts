/** A guard without a plan and without a runtime: a store filled by hand, one entry, started as a runtime would start it. */

import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { EndEvent, HookEvent, StartEvent } from "../../../src/spec/event.ts";
import type { Entry } from "../../../src/spec/plan.ts";
import type { Stage } from "../../../src/spec/stage.ts";
import { program } from "../../support/programs.ts";
import type { TempRoot } from "../../support/root.ts";
import { type Outcome, run } from "../../support/runtime.ts";
import { becomeSubreaper } from "../../support/survivors.ts";

export const BUSYBOX = "/usr/bin/busybox";
export const PLAN = "0".repeat(64);
export const STATE = JSON.stringify({
  ociVersion: "1.0.2",
  id: "c0ffee",
  status: "creating",
  pid: 4711,
  bundle: "/run/bundle",
  annotations: {},
});

export interface Start {
  stage?: Stage;
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  /** Words in front of the guard, such as `unshare …`. */
  via?: string[];
  limit?: number;
}

/** Puts bytes into the root's store; returns their digest. */
export function put(root: TempRoot, bytes: Uint8Array | string, mode = 0o555): string {
  mkdirSync(root.store, { recursive: true, mode: 0o755 });
  mkdirSync(root.run, { recursive: true, mode: 0o755 });
  const digest = createHash("sha256").update(bytes).digest("hex");
  const path = `${root.store}/${digest}`;
  if (!existsSync(path)) writeFileSync(path, bytes);
  chmodSync(path, mode);
  return digest;
}

/** Path of an entry for a program. */
export function entryFor(root: TempRoot, hook: Uint8Array | string, change: Partial<Entry> = {}): string {
  const entry: Entry = {
    version: 1,
    name: "test",
    path: "/opt/test-hook",
    hook: put(root, hook),
    args: ["test-hook"],
    env: ["PATH=/usr/bin:/bin"],
    timeout: 5,
    onFailure: "stop",
    output: 4096,
    detach: 0,
    budget: 60,
    events: { maxBytes: 64 << 20, keep: 3 },
    ...change,
  };
  return `${root.store}/${put(root, JSON.stringify(entry), 0o444)}`;
}

/** An entry that runs a busybox shell script. */
export function shell(root: TempRoot, script: string, change: Partial<Entry> = {}): string {
  return entryFor(root, readFileSync(BUSYBOX), { args: ["sh", "-c", script], ...change });
}

export function command(entry: string, stage: Stage = "createRuntime"): string[] {
  return [program("hookwright-guard"), entry, stage, PLAN, "runc"];
}

export function start(root: TempRoot, entry: string, options: Start = {}): Promise<Outcome> {
  return run([...(options.via ?? []), ...command(entry, options.stage)], {
    env: { HOOKWRIGHT_ROOT: root.root, ...options.env },
    stdin: options.stdin ?? STATE,
    limit: options.limit ?? 20_000,
  });
}

/** Starts the guard and does not wait. */
export function launch(root: TempRoot, entry: string) {
  becomeSubreaper();
  return Bun.spawn(command(entry), {
    env: { HOOKWRIGHT_ROOT: root.root },
    stdin: new TextEncoder().encode(STATE),
    stdout: "ignore",
    stderr: "ignore",
  });
}

export function events(root: TempRoot): HookEvent[] {
  if (!existsSync(root.events)) return [];
  return readFileSync(root.events, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line): HookEvent => JSON.parse(line));
}

export function lastStart(root: TempRoot): StartEvent | undefined {
  return events(root).findLast((event): event is StartEvent => event.kind === "start");
}

export function lastEnd(root: TempRoot): EndEvent | undefined {
  return events(root).findLast((event): event is EndEvent => event.kind === "end");
}
