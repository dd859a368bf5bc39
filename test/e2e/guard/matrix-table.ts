/**
 * What happens when a hook misbehaves: six stages, nine ways, two runtimes. The guard's verdict depends on what the hook
 * did and on nothing else; what becomes of the container depends on the stage and, after `create`, on the runtime
 * (notes/runc, notes/crun). `matrix.test.ts` runs every cell on real containers.
 */

import type { Result } from "../../../src/spec/event.ts";
import type { RuntimeStage } from "../../../src/spec/stage.ts";
import type { RuntimeName } from "../../support/runtime.ts";

export interface Way {
  /** What the hook is, for busybox sh. */
  script: string;
  /** What the guard's end record says. */
  result: Result;
  reason?: string;
  /** Whether processes of its tree had to be killed. */
  kills?: true;
  /** Bytes of annotations in the state that it is given. */
  state?: number;
  /** Whether its program is taken out of the store after `apply`. */
  gone?: true;
}

/** Every hook has a timeout of one second. */
export const WAYS = {
  "is fine": { script: "cat >/dev/null; exit 0", result: "ok" },
  "exits with 1": { script: "echo no >&2; exit 1", result: "fail", reason: "exit_status" },
  "is killed": { script: "kill -9 $$", result: "fail", reason: "signal" },
  "is missing": { script: "exit 0", result: "error", reason: "missing", gone: true },
  "runs too long": {
    script: "trap '' TERM; sleep 60; sleep 60",
    result: "timeout",
    reason: "timeout",
    kills: true,
  },
  "leaves a tree that holds stdout": {
    script: "(sleep 60 & sleep 60 & wait) & exit 0",
    result: "ok",
    kills: true,
  },
  "escapes by setsid": {
    script: "setsid sh -c 'setsid sleep 60 & sleep 60' & sleep 0.1; exit 0",
    result: "ok",
    kills: true,
  },
  "floods its output": { script: "yes | head -c 20000000", result: "ok" },
  "does not read 240 KiB of state": { script: "exit 0", result: "ok", state: 240 * 1024 },
} as const satisfies Record<string, Way>;

/** What a failing hook does to the container. */
export type Effect =
  /** `create` fails; the container's process never runs. */
  | "create fails"
  /** `create` succeeds; the container's process never runs. */
  | "start fails"
  /** The container runs as if nothing had happened; the event alone tells. */
  | "only recorded";

export const EFFECT: Record<RuntimeStage, Record<RuntimeName, Effect>> = {
  // `prestart` is injected as createRuntime, as hooks.d does.
  prestart: { runc: "create fails", crun: "create fails" },
  createRuntime: { runc: "create fails", crun: "create fails" },
  createContainer: { runc: "create fails", crun: "create fails" },
  startContainer: { runc: "start fails", crun: "start fails" },
  // runc up to 1.5 runs poststart at the end of create; crun before 1.27 ignores its failure.
  poststart: { runc: "create fails", crun: "only recorded" },
  poststop: { runc: "only recorded", crun: "only recorded" },
};
