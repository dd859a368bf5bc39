/** `seccomp trace`: what a running container's filter refuses, as it happens. */

import { recorderPlace } from "../record/place.ts";
import { recordingOf } from "../record/recording.ts";
import { register } from "../record/register.ts";
import { read } from "../record/snapshot.ts";
import { unregister } from "../record/unregister.ts";
import type { Abi, Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import { isRunning } from "./running-container.ts";

export interface Refused {
  /** RFC 3339: when it was noticed. */
  time: string;
  abi: Abi;
  syscall: string;
  /** Values of arguments that are looked at, `index=value`. */
  arguments: string[];
}

export interface TraceWish {
  pid: number;
  pins?: string;
  stop: AbortSignal;
}

const LOOK_EVERY = 200;
const OPTIONS = { refused: true, arguments: true };

/** Each call, with each set of values, once. Ends with the container, or with an interrupt. @throws Failure */
export async function* seccompTrace(roots: Roots, { pid, pins, stop }: TraceWish): AsyncGenerator<Refused> {
  const place = recorderPlace(roots, pins);
  const registration = await register(place, { pid, options: OPTIONS, boundary: "attach" });
  const told = new Set<string>();
  try {
    for (let running = true; running && !stop.aborted; ) {
      running = isRunning(pid);
      const snapshot = read(place, registration);
      if (snapshot === null) return;
      const time = new Date().toISOString();
      const facts = {
        container: {},
        boundary: "attach" as const,
        started: time,
        ended: time,
        complete: false,
      };
      for (const one of refusedIn(recordingOf(snapshot, facts, OPTIONS), time)) {
        const key = `${one.abi} ${one.syscall} ${one.arguments.join(" ")}`;
        if (told.has(key)) continue;
        told.add(key);
        yield one;
      }
      if (running) await Bun.sleep(LOOK_EVERY);
    }
  } finally {
    unregister(place, registration);
  }
}

function refusedIn(recording: Recording, time: string): Refused[] {
  return Object.entries(recording.calls).flatMap(([abi, calls]) =>
    (calls?.refused ?? []).map((syscall) => {
      const seen = (recording.arguments ?? []).filter(
        (one) => one.abi === abi && one.syscall === syscall && one.refused,
      );
      const words = seen.flatMap(({ index, values }) =>
        values.map((value) => `${index}=0x${value.toString(16)}`),
      );
      return { time, abi: abi as Abi, syscall, arguments: words };
    }),
  );
}
