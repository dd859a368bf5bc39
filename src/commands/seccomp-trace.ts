/** `seccomp trace`: what a running container's filter refuses, as it happens. */

import { decodeSnapshot, type RawAbi } from "../record/decode.ts";
import { recorderPlace } from "../record/place.ts";
import { refusalsIn } from "../record/refusals.ts";
import { register } from "../record/register.ts";
import { read, type Snapshot } from "../record/snapshot.ts";
import { unregister } from "../record/unregister.ts";
import { nameOf } from "../rules/seccomp/names.ts";
import type { Roots } from "../spec/roots.ts";
import { isRunning } from "./running-container.ts";
import { argumentTexts } from "./seccomp-parameters.ts";

export interface Refused {
  /** RFC 3339: when it was noticed. */
  time: string;
  abi: RawAbi;
  /** Its number, where no table has a name. */
  syscall: string;
  /** `parameter=value`, as the filter saw them; none when too many different ones were met before. */
  arguments: string[];
}

export interface TraceWish {
  pid: number;
  pins?: string;
  stop: AbortSignal;
}

const LOOK_EVERY = 200;
const OPTIONS = { refused: true, registers: true };

/** Each call, with each set of arguments, once. Ends with the container, or with an interrupt. @throws Failure */
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
      for (const one of [...withArguments(snapshot), ...withoutArguments(snapshot)]) {
        const call = `${one.abi} ${one.syscall}`;
        const key = `${call} ${one.arguments.join(" ")}`;
        if (told.has(key) || (one.arguments.length === 0 && told.has(call))) continue;
        told.add(call).add(key);
        yield { time, ...one };
      }
      if (running) await Bun.sleep(LOOK_EVERY);
    }
  } finally {
    unregister(place, registration);
  }
}

type Untimed = Omit<Refused, "time">;

function withArguments(snapshot: Snapshot): Untimed[] {
  return refusalsIn(snapshot).map((refusal) => {
    const syscall = wordOf(refusal.abi, refusal.nr);
    return { abi: refusal.abi, syscall, arguments: argumentTexts(syscall, refusal) };
  });
}

function withoutArguments(snapshot: Snapshot): Untimed[] {
  return decodeSnapshot(snapshot, "attach").calls.flatMap(({ abi, refused }) =>
    refused.map((nr) => ({ abi, syscall: wordOf(abi, nr), arguments: [] })),
  );
}

/** Its name, or the number of a call that no table names. */
function wordOf(abi: RawAbi, nr: number): string {
  return (abi === "arm" ? undefined : nameOf(abi, nr)) ?? String(nr);
}
