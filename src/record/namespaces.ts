/**
 * Which mount namespace is whose: sets of eight, found by a hash of the key, so that the kernel side needs no more than a
 * few loads. Written by whoever holds the lock.
 */

import { lookup, update } from "../linux/bpf.ts";
import { SET } from "./layout.ts";
import { slotKey } from "./registration.ts";

/** The set that a key of 8 bytes is in. */
function setOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset);
  return Math.imul(view.getUint32(0, true) ^ view.getUint32(4, true), 0x9e37_79b1) >>> SET.shift;
}

/** Where `key` is in its set; -1 when it is not there. A key of zeros finds a free place. */
function placeOf(set: DataView, key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset);
  for (let way = 0; way < SET.ways; way++)
    if (
      set.getUint32(way * 8, true) === view.getUint32(0, true) &&
      set.getUint32(way * 8 + 4, true) === view.getUint32(4, true)
    )
      return way;
  return -1;
}

/** Gives the namespace to a slot: `taken` when it has one, `full` when its set has no room. */
export function addNamespace(
  map: number,
  key: Uint8Array,
  owner: { slot: number; generation: number },
): "added" | "taken" | "full" {
  const at = slotKey(setOf(key));
  const set = readSet(map, at);
  if (placeOf(set, key) >= 0) return "taken";
  const way = placeOf(set, new Uint8Array(8));
  if (way < 0) return "full";
  const bytes = new Uint8Array(set.buffer);
  bytes.set(key, way * 8);
  set.setUint32(SET.owners + way * 8, owner.slot, true);
  set.setUint32(SET.owners + way * 8 + 4, owner.generation, true);
  update(map, at, bytes);
  return "added";
}

/** Takes the namespace from the slot that has it; from another it is not taken. */
export function removeNamespace(map: number, key: Uint8Array, generation: number): void {
  const at = slotKey(setOf(key));
  const set = readSet(map, at);
  const way = placeOf(set, key);
  if (way < 0 || set.getUint32(SET.owners + way * 8 + 4, true) !== generation) return;
  const bytes = new Uint8Array(set.buffer);
  bytes.fill(0, way * 8, way * 8 + 8);
  update(map, at, bytes);
}

function readSet(map: number, at: Uint8Array): DataView {
  const bytes = new Uint8Array(SET.size);
  lookup(map, at, bytes);
  return new DataView(bytes.buffer);
}
