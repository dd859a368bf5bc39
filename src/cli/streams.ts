/** The process's own streams, as places to write to. */

import { writeSync } from "node:fs";
import type { Sink } from "./output.ts";

/** As a shell reports a program that SIGPIPE ended. */
const BROKEN_PIPE = 141;

export function standardOutput(): Sink {
  return sinkOf(1, process.stdout);
}

export function standardError(): Sink {
  return sinkOf(2, process.stderr);
}

function sinkOf(fd: number, stream: NodeJS.WriteStream): Sink {
  return {
    terminal: stream.isTTY === true,
    columns: stream.columns,
    write: (text) => writeAll(fd, new TextEncoder().encode(text)),
  };
}

/** Writes everything before it returns, so that `process.exit` loses nothing, also into a full pipe. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE") process.exit(BROKEN_PIPE);
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}
