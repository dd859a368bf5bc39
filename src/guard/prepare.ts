/**
 * What the guard decides before it forks: entry, state, scope, time. Each step can end the run with a Failure; by then as
 * much is known of the run as its records can tell. The keeper goes on with the program (`equip`).
 */

import { NO_CONTAINER, parseState } from "../codec/state.ts";
import { keyOf, recordPath, spentMs } from "../container/record.ts";
import { monotonicMs, realtime } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { decode } from "../linux/primitive.ts";
import { getpid } from "../linux/process.ts";
import { randomBytes } from "../linux/random.ts";
import { readToEnd } from "../linux/read.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import type { Call } from "./call.ts";
import { MAX_ENTRY_BYTES, parseEntry } from "./entry.ts";
import { common } from "./event.ts";
import { originFor } from "./origin.ts";
import { type Place, placeOf } from "./place.ts";
import { openStored } from "./program.ts";
import { Run } from "./run.ts";
import { uuid7 } from "./run-id.ts";
import { checkImage, checkNamespace } from "./scope.ts";
import { readStdin } from "./stdin.ts";

/** For reading the state of a run whose entry cannot be read, seconds. */
const FALLBACK_TIMEOUT = 10;

/** What an entry has at most, as a rule: more only costs another read. */
const ENTRY_SIZE = 2048;

export interface Prepared {
  run: Run;
  /** What came on standard input. */
  state: Uint8Array;
  /** Why the hook must not start. */
  failure?: Failure;
}

/** Never throws a Failure: a run that must not start has records too. */
export function prepare(call: Call, env: readonly string[]): Prepared {
  const started = monotonicMs();
  const startedAt = realtime();
  const place = placeOf(call, env);
  let failure: Failure | undefined;
  const attempt = <T>(step: () => T): T | undefined => {
    if (failure !== undefined) return undefined;
    try {
      return step();
    } catch (error) {
      failure = asFailure(error);
      return undefined;
    }
  };
  const entry = attempt(() => readEntry(call, place));
  const limitMs = (entry?.timeout ?? FALLBACK_TIMEOUT) * 1000;
  // The state is read even for a run that is refused: its record should name the container.
  const refusal = failure;
  failure = undefined;
  const state = attempt(() => readStdin(started + limitMs));
  const container = (state && attempt(() => parseState(decode(state)))) ?? NO_CONTAINER;
  failure = refusal ?? failure;
  const id = uuid7(startedAt, randomBytes(10));
  const base = common(id, call, container, entry);
  const run = new Run({ id, call, started, startedAt, pid: getpid(), place, container, entry, base });
  run.limitMs = limitMs;
  if (entry !== undefined && state !== undefined) attempt(() => decide(run, entry));
  const prepared = { run, state: state ?? new Uint8Array(0) };
  return failure === undefined ? prepared : { ...prepared, failure };
}

function decide(run: Run, entry: Entry): void {
  const { base, call, container, place } = run;
  // What was done in the container's scope, and within its budget, is undone without either: its annotations may be gone with it.
  if (call.left) return;
  const namespace = checkNamespace(entry, container, base.engine, call.namespace);
  if (namespace !== undefined) base.namespace = namespace;
  if (!place.inside) {
    // From inside the container nothing tells its image; the wrapper, who alone brings hooks there, has looked.
    checkImage(entry, originFor(container, base.engine));
    refuseContainerFiles(entry, container.bundle);
    run.record = recordPath(place.roots, keyOf(container, call.via));
    const left = Math.floor(entry.budget * 1000 - spentMs(run.record));
    if (left <= 0) throw exhausted(entry);
    run.limitMs = Math.min(run.limitMs, left);
  }
}

/** What the call's entry says. Throws `Failure` for one that is not trusted or not valid, LinuxError. */
export function readEntry(call: Call, place: Place): Entry {
  if (place.fault !== undefined) throw place.fault;
  const fd = openStored(call.entry, place.inside, "data");
  try {
    return parseEntry(readToEnd(fd, MAX_ENTRY_BYTES, ENTRY_SIZE), call.digest, call.entry);
  } finally {
    close(fd);
  }
}

/** A hook that the definition names inside the bundle is the container's file, whoever copied it to the store. */
function refuseContainerFiles(entry: Entry, bundle: string): void {
  if (bundle === "" || bundle === "/" || !entry.path.startsWith(`${bundle}/`)) return;
  throw new Failure("hook_in_bundle", `run ${entry.path}: it lies in the container's bundle ${bundle}`, {
    hint: "keep hooks outside of what containers are made of",
    exitCode: EXIT.refused,
  });
}

function exhausted(entry: Entry): Failure {
  return new Failure(
    "budget",
    `run ${entry.path}: the container's hooks have used up their ${entry.budget} s`,
    {
      hint: "`hookwright stats` shows which hooks are slow",
      exitCode: EXIT.timeout,
    },
  );
}

/** A failed system call becomes a fault of our own; a mistake of the programmer is thrown on. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof LinuxError)) throw error;
  return new Failure("system", `prepare the hook: ${error.message}`, { exitCode: EXIT.own, cause: error });
}
