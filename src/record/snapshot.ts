/** A look at what was recorded so far. Bits are only ever set, so it needs no lock, disturbs nobody and is never wrong. */

import { lookup } from "../linux/bpf.ts";
import { arch } from "../linux/primitive.ts";
import { argumentKeys, PLACES, placesSeen } from "./details.ts";
import { OPTION, SLOT } from "./layout.ts";
import type { RecorderPlace } from "./place.ts";
import { type Recorder, withRecorder } from "./recorder.ts";
import { type Registration, slotKey } from "./registration.ts";

/** As the kernel has it; `decodeSnapshot` tells what it means. */
export interface Snapshot {
  /** `x86_64` or `aarch64`. */
  readonly arch: string;
  /** struct slot. */
  readonly slot: DataView;
  /** struct argument each. */
  readonly arguments: readonly DataView[];
  /** struct seen each. */
  readonly places: readonly Uint8Array[];
}

/** Null when the registration is none any more. */
export function read(place: RecorderPlace, registration: Registration): Snapshot | null {
  return withRecorder(place, (recorder) => readSnapshot(recorder, registration));
}

/** As `read`, of an open recorder. */
export function readSnapshot(recorder: Recorder, registration: Registration): Snapshot | null {
  const slot = new Uint8Array(SLOT.size);
  lookup(recorder.map("slots"), slotKey(registration.slot), slot);
  const view = new DataView(slot.buffer);
  if (view.getUint32(SLOT.generation, true) !== registration.generation) return null;
  const options = view.getUint32(SLOT.options, true);
  return {
    arch,
    slot: view,
    arguments: options & OPTION.arguments ? argumentKeys(recorder, registration) : [],
    places: options & PLACES ? placesSeen(recorder, registration) : [],
  };
}
