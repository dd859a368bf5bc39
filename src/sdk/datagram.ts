/** A message to whoever listens on a Unix datagram socket of the host. */

import { monotonicMs, sleep } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { sendTo, unixSocket } from "../linux/socket.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Call, Capability } from "./define.ts";

/**
 * Sends one datagram to the socket at a path (`@name`: an abstract one), again while nobody listens there or it is full, until the hook's
 * time is almost over. Throws `Failure` `datagram_undelivered`, LinuxError for what does not pass, such as a datagram too large.
 */
export type Datagram = (path: string, text: string) => void;

/** Milliseconds between attempts, and what is left of the hook's time after the last. */
const BETWEEN = 50;
const RESERVE = 200;
/** Without a guard there is no deadline. */
const LONGEST = 30_000;

export const datagram: Capability<Datagram> = {
  name: "datagram",
  stages: ["precreate", "prestart", "createRuntime", "createContainer", "poststart", "poststop"],
  because: "the host's sockets are not seen inside the container",
  open: (call) => (path, text) => deliver(call, path, text),
};

function deliver(call: Call, path: string, text: string): void {
  const until = Math.min(call.deadline - RESERVE, monotonicMs() + LONGEST);
  const fd = unixSocket("datagram");
  try {
    for (;;) {
      const problem = attempt(fd, path, text);
      if (problem === undefined) return;
      if (monotonicMs() + BETWEEN > until) {
        throw new Failure("datagram_undelivered", `send to ${path}: ${problem}`, { exitCode: EXIT.failed });
      }
      sleep(BETWEEN);
    }
  } finally {
    close(fd);
  }
}

/** Why it did not go, when another attempt may; undefined when it went. */
function attempt(fd: number, path: string, text: string): string | undefined {
  try {
    return sendTo(fd, text, path) ? undefined : "its queue stays full";
  } catch (error) {
    if (failedWith(error, "ENOENT", "ECONNREFUSED")) return "nobody listens there";
    throw error;
  }
}
