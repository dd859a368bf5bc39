/** One run of one hook: everything about it that is known before the hook starts, shared by the guard and the keeper. */

import type { Cgroup } from "../linux/cgroup.ts";
import type { Entry } from "../spec/plan.ts";
import type { Call } from "./call.ts";
import type { Common } from "./event.ts";
import type { Place } from "./place.ts";
import type { Program } from "./program.ts";
import type { Moment } from "./run-id.ts";
import type { Container } from "./state.ts";
import { exitStatus, type Verdict } from "./verdict.ts";

export class Run {
  readonly id: string;
  readonly call: Call;
  /** Monotonic clock, milliseconds. */
  readonly started: number;
  /** Real-time clock. */
  readonly startedAt: Moment;
  /** Of the guard. */
  readonly pid: number;
  readonly place: Place;
  readonly container: Container;
  /** Absent when it could not be read. */
  readonly entry: Entry | undefined;
  /** What both records say. */
  readonly base: Common;
  /** Milliseconds from `started`. */
  limitMs = 0;
  /** The container's record of spent time; empty when there is none. */
  record = "";
  /** The directory in which the run's cgroup is made; null where it has none. */
  cgroupParent: string | null = null;
  /** The run's own; null where there is none to make. */
  cgroup: Cgroup | null = null;
  program: Program | undefined;
  /** Descriptor of the state, for the hook to read. */
  stdin = -1;

  constructor(
    facts: Pick<
      Run,
      "id" | "call" | "started" | "startedAt" | "pid" | "place" | "container" | "entry" | "base"
    >,
  ) {
    this.id = facts.id;
    this.call = facts.call;
    this.started = facts.started;
    this.startedAt = facts.startedAt;
    this.pid = facts.pid;
    this.place = facts.place;
    this.container = facts.container;
    this.entry = facts.entry;
    this.base = facts.base;
  }

  get name(): string {
    return this.base.hook.name;
  }

  /** Without an entry nothing says that the failure may be passed over. */
  get onFailure(): "stop" | "continue" {
    return this.entry?.onFailure ?? "stop";
  }

  get deadline(): number {
    return this.started + this.limitMs;
  }

  exitStatus(verdict: Verdict): number {
    return exitStatus(verdict, this.onFailure);
  }
}
