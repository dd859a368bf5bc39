/**
 * The pipe from the guard to the keeper. It carries the directory of the run's cgroup, then a word once the start record
 * is written; and it hangs up when the guard dies, which is why nobody else holds its other end.
 */

import { type Cgroup, makeCgroup, ownCgroup } from "../linux/cgroup.ts";
import { monotonicMs } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { inInitialCgroupNamespace } from "../linux/namespace.ts";
import { O, open } from "../linux/open.ts";
import { POLL, ready } from "../linux/poll.ts";
import { decode } from "../linux/primitive.ts";
import { read } from "../linux/read.ts";
import { write } from "../linux/write.ts";
import type { Run } from "./run.ts";

const STARTED = "started";
const LONGEST = 4096;

/** Makes the run's cgroup where there is one to make, and tells the keeper of it. For the guard. */
export function tellCgroup(line: number, run: Run): void {
  const parent = inInitialCgroupNamespace() === true ? ownCgroup() : null;
  run.cgroup = parent === null ? null : makeCgroup(parent, `hookwright-${run.id}`);
  say(line, `${run.cgroup?.path ?? ""}\n`);
}

/** Tells the keeper that the start record is written. For the guard. */
export function tellStarted(line: number): void {
  say(line, STARTED);
}

/** A keeper that died is found out by its own silence. */
function say(line: number, text: string): void {
  try {
    write(line, text);
  } catch (error) {
    if (!failedWith(error, "EPIPE")) throw error;
  }
}

/** The keeper's end. */
export class Line {
  /** Readable when something came, or when the guard has died; -1 after that. */
  fd: number;
  #text = "";

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Whether the guard has died. */
  get dead(): boolean {
    return this.fd < 0;
  }

  /** Takes in what came; blocks when nothing did. */
  take(): void {
    const buffer = new Uint8Array(LONGEST);
    const count = read(this.fd, buffer);
    if (count > 0) {
      this.#text += decode(buffer.subarray(0, count));
      return;
    }
    close(this.fd);
    this.fd = -1;
  }

  /** Waits for the cgroup that the guard made; null when it made none, or died. */
  cgroup(): Cgroup | null {
    while (!this.dead && !this.#text.includes("\n")) this.take();
    const path = this.#text.slice(0, Math.max(0, this.#text.indexOf("\n")));
    return path === "" ? null : { path, fd: open(path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW) };
  }

  /** Waits for the start record, so that it stands before the end record; not for ever, for a hook may stop the guard. */
  started(ms: number): void {
    const until = monotonicMs() + ms;
    while (!this.dead && !this.#text.endsWith(STARTED) && ready(this.fd, POLL.IN, until - monotonicMs()))
      this.take();
  }
}
