/**
 * The state as it comes: standard input, read until it ends, a limit of bytes, or a deadline. Whoever starts the guard by
 * hand on a terminal, or never closes the pipe, gets an answer all the same.
 */

import { MAX_STATE_BYTES } from "../codec/state.ts";
import { monotonicMs } from "../linux/clock.ts";
import { POLL, poll } from "../linux/poll.ts";
import { read } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { EXIT, Failure } from "../spec/failure.ts";

const STDIN = 0;
const FIRST = 4 * 1024;

/**
 * All bytes of standard input; none when it is a device such as a terminal. `deadline` is on the monotonic clock. Throws
 * `Failure` `state_too_large` (126) or `state_timeout` (124).
 */
export function readStdin(deadline: number): Uint8Array {
  const type = fstat(STDIN).mode & TYPE.mask;
  if (type === TYPE.characterDevice || type === TYPE.directory) return new Uint8Array(0);
  let buffer = new Uint8Array(FIRST);
  let filled = 0;
  for (;;) {
    if (poll([STDIN], POLL.IN, deadline - monotonicMs())[0] === 0) throw late();
    const count = read(STDIN, buffer.subarray(filled));
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
    if (filled > MAX_STATE_BYTES) throw tooLarge();
    if (filled === buffer.length) {
      const larger = new Uint8Array(filled * 4);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

function late(): Failure {
  return new Failure("state_timeout", "read the container's state from standard input: it does not end", {
    hint: "whoever started the guard must close its standard input",
    exitCode: EXIT.timeout,
  });
}

function tooLarge(): Failure {
  const size = `${MAX_STATE_BYTES / 1024 / 1024} MiB`;
  return new Failure("state_too_large", `read the container's state from standard input: more than ${size}`, {
    hint: "take the large annotations off the container",
    exitCode: EXIT.refused,
  });
}
