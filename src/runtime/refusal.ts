/**
 * The records of a hook that the wrapper would not bring into a container, because of its image, its namespace, or conditions that
 * cannot be judged. No guard runs then, so they are written here, as the guard writes those of a hook that it refuses.
 */

import type { Call } from "../guard/call.ts";
import { common, endEvent, startEvent } from "../guard/event.ts";
import { identify } from "../guard/machine.ts";
import { readEntry } from "../guard/prepare.ts";
import { DEFAULT_SINKS, leave } from "../guard/record.ts";
import { uuid7 } from "../guard/run-id.ts";
import { failed } from "../guard/verdict.ts";
import { realtime } from "../linux/clock.ts";
import { LinuxError } from "../linux/error.ts";
import { getpid } from "../linux/process.ts";
import { randomBytes } from "../linux/random.ts";
import type { Unfit } from "../rules/hooks/select.ts";
import { Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import type { BundleRequest } from "./inject.ts";

/** Leaves both records. Never throws a Failure: they stop nothing that is not stopped already. */
export function recordRefusal(
  unfit: Unfit,
  { bundle, id = "", roots, digest, runtimeName }: BundleRequest,
): void {
  // The guard that ran the hook has left its records.
  if (unfit.code === "precreate_failed") return;
  const { name, file, stages, entry: named = "", timeout = 0, onFailure } = unfit.definition;
  const call: Call = {
    entry: `${roots.store}/${named}`,
    digest: named,
    store: roots.store,
    // One of edits only has none; they are made before this one.
    stage: stages[0] ?? "createRuntime",
    plan: digest,
    runtime: runtimeName,
  };
  const place = { roots, inside: false };
  const entry = named === "" ? undefined : entryOf(() => readEntry(call, place));
  const at = realtime();
  const base = common(uuid7(at, randomBytes(10)), call, { id, bundle, annotations: {} }, entry);
  if (entry === undefined) base.hook = { name, path: file, digest: "" };
  identify(base);
  const limit = timeout * 1000;
  leave(place, entry?.events ?? DEFAULT_SINKS, [
    startEvent(base, at, entry?.args ?? [], limit, getpid()),
    endEvent(base, realtime(), failed(unfit), { durMs: 0, limitMs: limit, onFailure }),
  ]);
}

/** Undefined for one that cannot be read; the container's own error says more. */
function entryOf(read: () => Entry): Entry | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure || error instanceof LinuxError) return undefined;
    throw error;
  }
}
