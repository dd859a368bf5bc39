/**
 * `hookwright-guard begin "" PLAN`, the createRuntime hook of a container of which no other hook on the host runs before poststop:
 * the NRI plugin put it there, because the state says what it did not know, the bundle. It never stops anything.
 */

import { parseState } from "../codec/state.ts";
import { monotonicMs } from "../linux/clock.ts";
import { LinuxError } from "../linux/error.ts";
import { decode } from "../linux/primitive.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { rootsAt } from "../spec/roots.ts";
import { begin, recordPath } from "./budget.ts";
import { parseBeginCall } from "./call.ts";
import { readStdin } from "./stdin.ts";

/** For a runtime that does not hand the state over, milliseconds. */
const PATIENCE = 5000;

/** Throws `Failure` `usage` for a call that no injector writes. */
export function beginOnly(argv: readonly string[], env: readonly string[]): number {
  const plan = parseBeginCall(argv);
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  try {
    const container = parseState(decode(readStdin(monotonicMs() + PATIENCE)));
    const { id, bundle } = container;
    begin(roots, recordPath(roots, container, "nri"), { id, bundle, plan });
  } catch (error) {
    // Then an `apply` may take a plan away that this container's poststop hooks need, and they are recorded as refused.
    if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
  }
  return EXIT.ok;
}
