/** The process as the world of an image command: its streams, its environment, its exit status. */

import { standardError, standardOutput } from "../streams.ts";
import { runUmoci } from "./run.ts";

/** Runs this process's command line and ends the process; `hints` as in `World`. */
export async function runUmociFromProcess(
  argv: readonly string[],
  hints: boolean,
  bindKernel: () => Promise<void>,
): Promise<never> {
  const world = { env: process.env, out: standardOutput(), err: standardError(), hints, bindKernel };
  process.exit(await runUmoci(argv, world));
}
