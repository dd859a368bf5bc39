/** The process as the world of a run: its streams, its signals, its exit status. */

import { run } from "./run.ts";
import { standardError, standardOutput } from "./streams.ts";

/** As a shell reports a program that SIGINT ended. */
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
    out: standardOutput(),
    err: standardError(),
    stop: stopping.signal,
    bindKernel,
  };
  const status = await run(argv, world);
  process.exit(stopping.signal.aborted ? INTERRUPTED : status);
}
