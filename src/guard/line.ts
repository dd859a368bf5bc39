/**
 * The pipe from the guard to the keeper. It carries a word once the start record is written; and it hangs up when the
 * guard dies, which is why nobody else holds its other end.
 */

import { monotonicMs } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { POLL, ready } from "../linux/poll.ts";
import { read } from "../linux/read.ts";
import { write } from "../linux/write.ts";

/** Tells the keeper that the start record is written. For the guard. */
export function tellStarted(line: number): void {
  try {
    write(line, "s");
  } catch (error) {
    // A keeper that died is found out by its own silence.
    if (!failedWith(error, "EPIPE")) throw error;
  }
}

/** The keeper's end. */
export class Line {
  /** Readable when something came, or when the guard has died; -1 after that. */
  fd: number;
  #started = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Whether the guard has died. */
  get dead(): boolean {
    return this.fd < 0;
  }

  /** Takes in what came; blocks when nothing did. */
  take(): void {
    if (read(this.fd, new Uint8Array(8)) > 0) {
      this.#started = true;
      return;
    }
    close(this.fd);
    this.fd = -1;
  }

  /** Waits for the start record, so that it stands before the end record; not for ever, for a hook may stop the guard. */
  waitForStart(ms: number): void {
    const until = monotonicMs() + ms;
    while (!this.dead && !this.#started && ready(this.fd, POLL.IN, until - monotonicMs())) this.take();
  }
}
