/**
 * Entry point of `hookwright-record` in the host program. It waits for the work in a module of its own, which is loaded
 * when it is called: no container that is not recorded pays for it.
 */

import { host } from "../host/quickjs.ts";
import { bind, encode } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";

const STDERR = 2;

bind(host);

export default async function main(): Promise<never> {
  const { run } = await import("./run.ts");
  try {
    return exit(await run(host.argv, host.env));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    write(STDERR, encode(`hookwright-record: ${error.message}${hint}\n`));
    return exit(error.exitCode);
  }
}
