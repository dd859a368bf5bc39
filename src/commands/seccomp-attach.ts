/** `seccomp record --container ID | --pid N`: a container that runs already, from now until it ends, a time or an interrupt. */

import { recorderPlace } from "../record/place.ts";
import { recordingOf } from "../record/recording.ts";
import { register } from "../record/register.ts";
import { unregister } from "../record/unregister.ts";
import { Failure } from "../spec/failure.ts";
import type { Recording, RecordOptions } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import { isRunning } from "./running-container.ts";

export interface AttachWish {
  pid: number;
  container?: string;
  options: RecordOptions;
  /** Milliseconds. */
  forMs?: number;
  pins?: string;
  stop: AbortSignal;
}

const LOOK_EVERY = 50;

/** Returns what was seen; `complete` says whether it saw the container's end. @throws Failure */
export async function seccompAttach(roots: Roots, wish: AttachWish): Promise<Recording> {
  const { pid, container, options, forMs, pins, stop } = wish;
  const place = recorderPlace(roots, pins);
  const started = new Date();
  const registration = await register(place, { pid, options, boundary: "attach" });
  const until = forMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + forMs;
  let complete = false;
  while (!stop.aborted && Date.now() < until && !complete) {
    await Bun.sleep(Math.min(LOOK_EVERY, Math.max(until - Date.now(), 0)));
    complete = !isRunning(pid);
  }
  const snapshot = unregister(place, registration);
  if (snapshot === null)
    throw new Failure("record_lost", `record process ${pid}: what was recorded is gone`, {
      hint: "Somebody unloaded the recorder; record again.",
    });
  const id = container === undefined ? {} : { id: container };
  const facts = { container: id, boundary: "attach" as const, started: started.toISOString() };
  return recordingOf(snapshot, { ...facts, ended: new Date().toISOString(), complete }, options);
}
