/**
 * Entry point of `hookwright-record` in the host program. It waits for the work in a module of its own, which is loaded
 * when it is called: no container that is not recorded pays for it.
 */

import { host } from "../host/quickjs.ts";
import { bind } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { Failure } from "../spec/failure.ts";

bind(host);

export default async function main(): Promise<never> {
  const { run } = await import("./run.ts");
  try {
    return exit(await run(host.argv, host.env));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { complain } = await import("./complain.ts");
    complain(error);
    return exit(error.exitCode);
  }
}
