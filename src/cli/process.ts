/** The process as the world of a run: its streams, its signals, its exit status. */

import { writeSync } from "node:fs";
import type { Sink } from "./output.ts";
import { run } from "./run.ts";

const STDOUT = 1;
const STDERR = 2;
/** As a shell reports a program that SIGPIPE or SIGINT ended. */
const BROKEN_PIPE = 141;
const INTERRUPTED = 130;

/** Runs this process's command line and sets its exit status. */
export async function runFromProcess(
  argv: readonly string[],
  bindKernel: () => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  process.once("SIGINT", () => {
    stopping.abort();
    process.exitCode = INTERRUPTED;
    process.once("SIGINT", () => process.exit(INTERRUPTED));
  });
  const world = {
    env: process.env,
    cwd: process.cwd(),
    out: sinkOf(STDOUT, process.stdout),
    err: sinkOf(STDERR, process.stderr),
    stop: stopping.signal,
    bindKernel,
  };
  const status = await run(argv, world);
  process.exit(stopping.signal.aborted ? INTERRUPTED : status);
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
