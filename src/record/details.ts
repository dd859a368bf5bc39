/**
 * What is kept of one container beside its bitmaps: values of arguments, files, addresses and refusals. All containers share two
 * maps, so one's own are found by going through them; that is done only for containers that asked.
 */

import { lookup, nextKey, remove } from "../linux/bpf.ts";
import { ARGUMENT, OPTION, PLACE, SEEN } from "./layout.ts";
import type { Recorder } from "./recorder.ts";

/** Options that fill the map `places`. */
export const PLACES = OPTION.files | OPTION.addresses | OPTION.registers;

interface Owner {
  readonly slot: number;
  readonly generation: number;
}

/** Keys of the map `arguments` that are the owner's. */
export function argumentKeys(recorder: Recorder, owner: Owner): DataView[] {
  return keysOf(recorder.map("arguments"), ARGUMENT.size, owner);
}

/** Values of the map `places` that are the owner's. */
export function placesSeen(recorder: Recorder, owner: Owner): Uint8Array[] {
  const map = recorder.map("places");
  const found: Uint8Array[] = [];
  for (const key of keysOf(map, PLACE.size, owner)) {
    const value = new Uint8Array(SEEN.size);
    if (lookup(map, bytesOf(key), value)) found.push(value);
  }
  return found;
}

/** Takes away what is kept for a container that is no longer recorded. */
export function forgetDetails(recorder: Recorder, owner: Owner, options: number): void {
  if (options & OPTION.arguments) {
    const map = recorder.map("arguments");
    for (const key of keysOf(map, ARGUMENT.size, owner)) remove(map, bytesOf(key));
  }
  if (options & PLACES) {
    const map = recorder.map("places");
    for (const key of keysOf(map, PLACE.size, owner)) remove(map, bytesOf(key));
  }
}

/** Both kinds of keys begin with u32 slot, u32 generation. A key may come twice while others are taken away. */
function keysOf(map: number, size: number, owner: Owner): DataView[] {
  const found: DataView[] = [];
  const key = new Uint8Array(size);
  const view = new DataView(key.buffer);
  for (let more = nextKey(map, null, key); more; more = nextKey(map, key, key)) {
    if (view.getUint32(0, true) !== owner.slot || view.getUint32(4, true) !== owner.generation) continue;
    found.push(new DataView(key.slice().buffer));
  }
  return found;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
