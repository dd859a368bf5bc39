/**
 * Watching a hook: its end, its output, its time, and the guard that waits for it. At the deadline the tree is asked to
 * end, after the grace it is killed; and once the hook itself has ended nothing of its tree stays, unless it may.
 */

import { monotonicMs } from "../linux/clock.ts";
import { setNonBlocking } from "../linux/descriptor.ts";
import { children, hasChildren } from "../linux/lineage.ts";
import { POLL, poll } from "../linux/poll.ts";
import { readNonBlocking } from "../linux/read.ts";
import { SIGNAL } from "../linux/signal.ts";
import type { Child } from "../linux/spawn.ts";
import { type Waited, wait } from "../linux/wait.ts";
import type { Entry } from "../spec/plan.ts";
import { keptOutput } from "./edits.ts";
import type { Ending } from "./finish.ts";
import type { Line } from "./line.ts";
import { CHUNK, Tail } from "./output.ts";
import type { Run } from "./run.ts";
import { killTree, terminateTree } from "./tree.ts";
import { exited, guardKilled, signalled, timedOut, type Verdict } from "./verdict.ts";

/** Between SIGTERM and the kill, milliseconds. */
const GRACE = 150;
/** From the deadline until the guard is told, at the latest, even when a process does not die. */
const LATEST = 200;
/** How long the tree of a hook that ended by itself may take to die, within the deadline. */
const LEFTOVERS = 1000;
/** How long the keeper goes on killing what does not die (uninterruptible sleep). */
const STUBBORN = 10_000;
/** Orphans that ended are taken notice of so often. */
const REAP_EVERY = 250;
/** While orphans of a hook that ended have time left, whether they have ended is looked at so often. */
const LOOK_EVERY = 10;
/** A flood is read in rounds of so many chunks, so that the clock is looked at in between. */
const ROUND = 16;

/** The hook's output; -1 once a stream has ended. */
export interface Streams {
  out: number;
  err: number;
}

export class Supervision {
  /** Nothing of the tree is left. */
  over = false;
  readonly #run: Run;
  readonly #entry: Entry;
  readonly #hook: Child;
  readonly #fds: Streams;
  readonly #line: Line;
  readonly #stdout: Tail;
  readonly #stderr: Tail;
  #ended: Waited | undefined;
  #late = false;
  #orphaned = false;
  #killed = 0;
  #detached = 0;

  constructor(run: Run, entry: Entry, hook: Child, fds: Streams, line: Line) {
    this.#run = run;
    this.#entry = entry;
    this.#hook = hook;
    this.#fds = fds;
    this.#line = line;
    this.#stdout = new Tail(keptOutput(run, entry));
    this.#stderr = new Tail(entry.output);
    setNonBlocking(fds.out, true);
    setNonBlocking(fds.err, true);
  }

  /** Returns when the hook has ended and its tree too, may stay, or cannot be killed; by the deadline and LATEST. */
  watch(): void {
    const { deadline } = this.#run;
    for (
      let now = monotonicMs();
      this.#ended === undefined && !this.#orphaned && now < deadline;
      now = monotonicMs()
    ) {
      this.#step(Math.min(deadline - now, REAP_EVERY));
    }
    // The clock decides, not the exit status: a hook that ends by SIGTERM, with 0, is late all the same.
    this.#late = !this.#orphaned && monotonicMs() >= deadline;
    if (this.#late) this.#askToEnd(deadline + GRACE);
    if (!hasChildren()) this.over = true;
    else if (this.#mayStay()) this.#detached = children(this.#hook.pid).length;
    else this.#kill(this.#late ? deadline + LATEST : Math.min(monotonicMs() + LEFTOVERS, deadline + LATEST));
    this.#drain();
  }

  verdict(): Verdict {
    if (this.#orphaned) return guardKilled();
    if (this.#late || this.#ended === undefined) return timedOut(this.#run.limitMs);
    const { ending } = this.#ended;
    return ending.exited ? exited(ending.code) : signalled(ending.signal);
  }

  outcome(): Ending {
    const outcome: Ending = {
      stdout: this.#stdout,
      stderr: this.#stderr,
      killed: this.#killed,
      detached: this.#detached,
      tree: this.#run.cgroup === null ? "subreaper" : "cgroup",
    };
    if (this.#ended !== undefined) {
      const { userMs, systemMs, maxResident } = this.#ended;
      outcome.rusage = { user_ms: userMs, system_ms: systemMs, max_rss_kb: Math.round(maxResident / 1024) };
    }
    return outcome;
  }

  /** Waits until the tree has ended: as long as it may stay, and then as long as it takes to kill it. */
  linger(): void {
    const end = monotonicMs() + (this.#mayStay() ? this.#entry.detach * 1000 : 0);
    for (let now = monotonicMs(); now < end && hasChildren(); now = monotonicMs()) {
      this.#step(Math.min(end - now, REAP_EVERY));
    }
    this.#kill(monotonicMs() + STUBBORN);
  }

  #mayStay(): boolean {
    return this.#entry.detach > 0 && this.#ended !== undefined && !this.#late && !this.#orphaned;
  }

  #askToEnd(until: number): void {
    if (!hasChildren()) return;
    terminateTree(this.#hook.pid, this.#run.cgroup);
    for (let now = monotonicMs(); now < until && hasChildren(); now = monotonicMs()) {
      this.#step(Math.min(until - now, LOOK_EVERY));
    }
  }

  #kill(until: number): void {
    this.over = killTree(this.#hook.pid, this.#run.cgroup, until, (process) => this.#note(process));
  }

  /** Waits for something to happen, at most so long, and takes it in. */
  #step(ms: number): void {
    const fds = this.#fds;
    const pidfd = this.#ended === undefined ? this.#hook.pidfd : -1;
    const [hook = 0, out = 0, err = 0, guard = 0] = poll(
      [pidfd, fds.out, fds.err, this.#line.fd],
      POLL.IN,
      ms,
    );
    if (out !== 0) fds.out = pull(fds.out, out, this.#stdout);
    if (err !== 0) fds.err = pull(fds.err, err, this.#stderr);
    if (guard !== 0) {
      this.#line.hangUp();
      this.#orphaned = this.#ended === undefined;
    }
    if (hook !== 0 || ms >= LOOK_EVERY) this.#reap();
  }

  #drain(): void {
    if (this.#fds.out >= 0) pull(this.#fds.out, POLL.IN, this.#stdout);
    if (this.#fds.err >= 0) pull(this.#fds.err, POLL.IN, this.#stderr);
  }

  #reap(): void {
    for (let ended = wait(-1, true); ended !== null; ended = wait(-1, true)) this.#note(ended);
  }

  /** Ended by us: by the kill, or, once the time was over, by SIGTERM. */
  #note(process: Waited): void {
    const hook = process.pid === this.#hook.pid;
    if (hook) this.#ended = process;
    const signal = process.ending.exited ? 0 : process.ending.signal;
    if (this.#late ? signal === SIGNAL.KILL || signal === SIGNAL.TERM : signal === SIGNAL.KILL && !hook)
      this.#killed++;
  }
}

/** Reads what is there, up to a round; returns the descriptor, or -1 when the stream has ended. */
function pull(fd: number, got: number, tail: Tail): number {
  if ((got & POLL.IN) === 0) return -1;
  for (let chunks = 0; chunks < ROUND; chunks++) {
    const count = readNonBlocking(fd, tail.room());
    if (count === null) return fd;
    if (count === 0) return -1;
    tail.add(count);
    if (count < CHUNK) return fd;
  }
  return fd;
}
