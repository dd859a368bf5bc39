/** What a snapshot says, in the kernel's numbers. Names are for others to find. */

import { getU64 } from "../linux/memory.ts";
import { decode } from "../linux/primitive.ts";
import type { Abi, Boundary } from "../spec/recording.ts";
import { addressIn, type RawAddress } from "./address.ts";
import {
  ACCESS,
  ARGUMENT,
  ARGUMENT_PLACE,
  DISTINCT,
  KINDS,
  SEEN,
  SEEN_KIND,
  SLOT,
  STATES,
  statesOf,
  WORDS,
} from "./layout.ts";
import type { Snapshot } from "./snapshot.ts";

/** `arm`: 32-bit programs on arm64, of which no table of ours has the names. */
export type RawAbi = Abi | "arm";

export interface RawRecording {
  /** Numbers, sorted; only ABIs of which a call was seen. x32 numbers are without their bit 30. */
  calls: { abi: RawAbi; allowed: number[]; refused: number[] }[];
  /** How many calls had a number beyond the bitmap. */
  outOfRange: number;
  /** Whether the container's first process has executed its program. */
  execed: boolean;
  /** Sorted by ABI, number and index. `more`: beyond 16 distinct values no others were kept. */
  arguments: { abi: RawAbi; nr: number; index: number; values: number[]; more: boolean; refused: boolean }[];
  /** Numbers of capabilities: asked for and granted, asked for and refused. */
  capabilities: { used: number[]; refused: number[] };
  /** Sorted. `cut`: the path was too long, and its beginning is missing. */
  files: { path: string; access: "r" | "w" | "rw"; cut: boolean }[];
  /** Sorted. */
  addresses: RawAddress[];
}

/** What was seen since the boundary. Pure. */
export function decodeSnapshot(snapshot: Snapshot, boundary: Boundary): RawRecording {
  const { slot } = snapshot;
  return {
    calls: callsIn(snapshot, statesOf(boundary)),
    outOfRange: getU64(slot, SLOT.outOfRange),
    execed: slot.getUint32(SLOT.execed, true) !== 0,
    arguments: argumentsIn(snapshot),
    capabilities: { used: bits(slot, SLOT.capabilities, 2), refused: bits(slot, SLOT.capabilities + 8, 2) },
    files: filesIn(snapshot),
    addresses: addressesIn(snapshot),
  };
}

/** In the order of their numbers in the kernel side. */
export function abisOf(arch: string): readonly RawAbi[] {
  return arch === "aarch64" ? ["aarch64", "arm"] : ["x86_64", "i386", "x32"];
}

function callsIn({ slot, arch }: Snapshot, states: number): RawRecording["calls"] {
  const found: RawRecording["calls"] = [];
  abisOf(arch).forEach((abi, i) => {
    const together = new DataView(new ArrayBuffer(WORDS * 8));
    for (let state = 0; state < STATES; state++) {
      if ((states & (1 << state)) === 0) continue;
      const row = SLOT.calls + (i * STATES + state) * WORDS * 8;
      for (let at = 0; at < WORDS * 8; at += 4)
        together.setUint32(at, together.getUint32(at, true) | slot.getUint32(row + at, true), true);
    }
    const allowed = bits(together, 0, WORDS * 2);
    const refused = bits(slot, SLOT.refused + i * WORDS * 8, WORDS * 2);
    if (allowed.length > 0 || refused.length > 0) found.push({ abi, allowed, refused });
  });
  return found;
}

/** Numbers of the bits that are set in `halves` 32-bit words. */
function bits(view: DataView, offset: number, halves: number): number[] {
  const found: number[] = [];
  for (let half = 0; half < halves; half++) {
    const word = view.getUint32(offset + half * 4, true);
    for (let bit = 0; word >>> bit !== 0 && bit < 32; bit++)
      if (word & (1 << bit)) found.push(half * 32 + bit);
  }
  return found;
}

function argumentsIn({ slot, arguments: keys, arch }: Snapshot): RawRecording["arguments"] {
  const abis = abisOf(arch);
  const groups = new Map<number, RawRecording["arguments"][number]>();
  for (const key of keys) {
    const abi = key.getUint8(ARGUMENT.abi);
    const place = key.getUint8(ARGUMENT.place);
    const nr = key.getUint16(ARGUMENT.nr, true);
    const refused = place & ARGUMENT_PLACE.refused ? 1 : 0;
    const index = place & ARGUMENT_PLACE.index;
    const id = ((abi * 65536 + nr) * 8 + index) * 2 + refused;
    let group = groups.get(id);
    if (group === undefined) {
      const kind = (place >> ARGUMENT_PLACE.kind) & 7;
      const counter = SLOT.distinct + ((refused * 3 + abi) * KINDS + kind) * 4;
      const more = slot.getUint32(counter, true) > DISTINCT;
      group = { abi: abis[abi] ?? "x86_64", nr, index, values: [], more, refused: refused === 1 };
      groups.set(id, group);
    }
    const value = key.getUint32(ARGUMENT.value, true);
    if (!group.values.includes(value)) group.values.push(value);
  }
  for (const group of groups.values()) group.values.sort((a, b) => a - b);
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function isKind(kind: number): (seen: Uint8Array) => boolean {
  return (seen) => ((seen[SEEN.kind] ?? 0) & kind) !== 0;
}

function filesIn({ places }: Snapshot): RawRecording["files"] {
  const access = new Map<string, number>();
  const cut = new Set<string>();
  for (const seen of places.filter(isKind(SEEN_KIND.file))) {
    const view = new DataView(seen.buffer);
    const length = view.getUint16(SEEN.length, true);
    const path = decode(seen.subarray(SEEN.text, SEEN.text + length));
    access.set(path, (access.get(path) ?? 0) | view.getUint32(SEEN.how, true));
    if (view.getUint16(SEEN.kind, true) & SEEN_KIND.cut) cut.add(path);
  }
  const paths = [...access].sort(([a], [b]) => (a < b ? -1 : 1));
  return paths.map(([path, how]) => ({ path, access: accessOf(how), cut: cut.has(path) }));
}

function addressesIn({ places }: Snapshot): RawAddress[] {
  const found = new Map<string, RawAddress>();
  for (const address of places.filter(isKind(SEEN_KIND.address)).flatMap(addressIn))
    found.set(`${address.family} ${address.address} ${address.port ?? ""}`, address);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

function accessOf(how: number): "r" | "w" | "rw" {
  if ((how & ACCESS.write) === 0) return "r";
  return how & ACCESS.read ? "rw" : "w";
}
