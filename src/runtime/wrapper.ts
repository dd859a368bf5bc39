/**
 * The OCI runtime wrapper: finds the real runtime, brings the plan into the bundle when the verb is one that reads it,
 * and hands over. For every other verb nothing but this file, the arguments and the look-up is loaded.
 */

import { parseGlobal, readsConfig } from "./args.ts";
import { handOver, type Invoked } from "./hand-over.ts";
import { askedRuntime, findRuntime } from "./lookup.ts";

/** Runs the wrapper. Returns only when it fails itself: the exit status, 125. */
export async function wrapper(invoked: Invoked): Promise<number> {
  const { argv, env } = invoked;
  const argv0 = argv[0] ?? "hookwright-runtime";
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const invocation = parseGlobal(argv.slice(1));
  try {
    const asked = askedRuntime(invocation.runtimePath, argv0, env);
    const wanted = asked ?? (await import("./planned-runtime.ts")).plannedRuntime(env);
    const runtime = findRuntime(wanted, env);
    if (readsConfig(invocation.verb) && !invocation.informs) {
      await (await import("./create.ts")).prepareBundle(invocation, invoked, runtime, name);
    }
    return handOver(runtime, invoked, invocation.own);
  } catch (error) {
    return (await import("./errors.ts")).reportError(error, name, invocation);
  }
}
