/**
 * The OCI runtime wrapper: finds the real runtime, brings the plan into the bundle when the verb is one that reads it,
 * and hands over.
 */

import { parseGlobal, readsConfig } from "./args.ts";
import { prepareBundle } from "./create.ts";
import { reportError } from "./errors.ts";
import { handOver, type Invoked } from "./hand-over.ts";
import { askedRuntime, findRuntime } from "./lookup.ts";
import { plannedRuntime } from "./planned-runtime.ts";

/** Runs the wrapper. Returns only when it fails itself: the exit status, 125. */
export async function wrapper(invoked: Invoked): Promise<number> {
  const { argv, env } = invoked;
  const argv0 = argv[0] ?? "hookwright-runtime";
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const invocation = parseGlobal(argv.slice(1));
  try {
    const asked = askedRuntime(invocation.runtimePath, argv0, env);
    const wanted = asked ?? plannedRuntime(env);
    const runtime = findRuntime(wanted, env);
    if (readsConfig(invocation.verb) && !invocation.informs) {
      await prepareBundle(invocation, invoked, runtime, name);
    }
    return handOver(runtime, invoked, invocation.own);
  } catch (error) {
    return reportError(error, name, invocation);
  }
}
