/**
 * A container's record, begun by the guard where the wrapper has not done it. Its first run does; and where none comes before
 * poststop, `hookwright-guard begin "" PLAN` at createRuntime, which the NRI plugin puts there: the state says what the plugin did
 * not know, the bundle.
 */

import { parseState } from "../codec/state.ts";
import { beginRecord, type ContainerRecord, keyOf } from "../container/record.ts";
import { monotonicMs } from "../linux/clock.ts";
import { LinuxError } from "../linux/error.ts";
import { decode } from "../linux/primitive.ts";
import type { Via } from "../rules/hooks/own-entry.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { type Roots, rootsAt } from "../spec/roots.ts";
import { parseBeginCall } from "./call.ts";
import { readStdin } from "./stdin.ts";

/** For a runtime that does not hand the state over, milliseconds. */
const PATIENCE = 5000;

/** Begins the record of a container that got its hooks this way. Never throws. */
export function beginUnlessThere(roots: Roots, via: Via, { id, bundle, plan }: ContainerRecord): void {
  try {
    beginRecord(roots, keyOf({ id, bundle }, via), { id, bundle, plan }, "none");
  } catch (error) {
    // It is there already, or it cannot be: then each hook has its own limit only.
    if (!(error instanceof LinuxError)) throw error;
  }
}

/** `hookwright-guard begin`; it never stops anything. Throws `Failure` `usage` for a call that no injector writes. */
export function beginOnly(argv: readonly string[], env: readonly string[]): number {
  const plan = parseBeginCall(argv);
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  try {
    const { id, bundle } = parseState(decode(readStdin(monotonicMs() + PATIENCE)));
    beginUnlessThere(roots, "nri", { id, bundle, plan });
  } catch (error) {
    // Without it an `apply` may take away what this container's poststop hooks need; they are refused then, and recorded.
    if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
  }
  return EXIT.ok;
}
