/**
 * The memory that the kernel side and the loader share, as native/recorder.h lays it out. Numbers here are those there.
 */

import type { Boundary } from "../spec/recording.ts";

export const SLOTS = 1024;
export const STATES = 4;
export const WORDS = 10;
export const KINDS = 6;
/** Distinct values of an argument that are kept. */
export const DISTINCT = 16;

/** Bits of what was asked for. */
export const OPTION = {
  refused: 1,
  arguments: 2,
  capabilities: 4,
  files: 8,
  addresses: 16,
  registers: 32,
} as const;

/** Bits of where a task was when it called. */
const STATE = { filtered: 1, execed: 2 } as const;

/** The states, a bit each, that are after a boundary. */
export function statesOf(boundary: Boundary): number {
  let states = 0;
  for (let state = 0; state < STATES; state++) {
    const after =
      boundary === "attach" || (state & (boundary === "exec" ? STATE.execed : STATE.filtered)) !== 0;
    if (after) states |= 1 << state;
  }
  return states;
}

/** What a slot has in `details`: arguments since the boundary; files, addresses and capabilities since the first exec. */
export function detailsOf(boundary: Boundary): number {
  return statesOf(boundary) | (statesOf(boundary === "attach" ? "attach" : "exec") << STATES);
}

/** struct slot. */
export const SLOT = {
  generation: 0,
  options: 4,
  init: 8,
  execed: 12,
  outOfRange: 24,
  capabilities: 32,
  details: 48,
  distinct: 56,
  calls: 200,
  refused: 1160,
  size: 1400,
} as const;

/** struct set: the keys, then the owners, u32 slot and u32 generation each. `shift`: of the hash's 32 bits. */
export const SET = { ways: 8, owners: 64, size: 128, shift: 21 } as const;

/** struct argument: the key of what the map `arguments` holds. */
export const ARGUMENT = { slot: 0, generation: 4, value: 8, nr: 12, abi: 14, place: 15, size: 16 } as const;
/** Of its place: which argument, which counter of `distinct`, and whether the call was refused. */
export const ARGUMENT_PLACE = { index: 7, kind: 3, refused: 0x80 } as const;

/** struct place, the key, and struct seen, the value, of the map `places`. */
export const PLACE = { slot: 0, generation: 4, hash: 8, size: 16 } as const;
export const SEEN = { how: 0, kind: 4, length: 6, text: 8, size: 520 } as const;
export const SEEN_KIND = { file: 1, address: 2, refusal: 4, cut: 0x100 } as const;
/** struct refusal, in the text of what was seen. */
export const REFUSAL = { nr: 0, abi: 4, registers: 8, texts: 56, text: 112, count: 4 } as const;
export const ACCESS = { read: 1, write: 2 } as const;

/** The map `book`: a header, then an entry for each slot. Only the loader reads and writes it. */
export const BOOK = {
  /** u32: what the next slot to be taken is given. */
  nextGeneration: 0,
  /** u32: slots from this one on have never been used. */
  unused: 4,
  /** u32: seconds since boot when the dead were last looked for. */
  reaped: 8,
  entries: 16,
  entry: 32,
  size: 16 + SLOTS * 32,
} as const;

/** An entry of the book. */
export const ENTRY = {
  generation: 0,
  /** One of USE. */
  use: 4,
  options: 8,
  /** The container's first process, as the loader sees its number; 0: not known. */
  pid: 12,
  /** u32: when it began, in ticks since boot; the low bits. */
  start: 16,
  /** u32: in which second since boot it was first found dead; 0: it lives, as far as is known. */
  dead: 20,
  /** The key of its mount namespace. */
  key: 24,
} as const;

/** A slot that was given back may get bits from calls that were under way, until all of these have ended. */
export const USE = { free: 0, taken: 1, cooling: 2 } as const;
