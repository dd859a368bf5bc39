/**
 * Which slots are taken, for whom, and with what asked for: one map of its own, read and written as a whole by whoever
 * holds the lock. It goes when the maps go, so it cannot tell of slots that are no more.
 */

import { lookup, update, waitForRunning } from "../linux/bpf.ts";
import { BOOK, ENTRY, SLOTS, USE } from "./layout.ts";

export interface Book {
  readonly map: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export interface BookEntry {
  slot: number;
  generation: number;
  /** Bits of OPTION. */
  options: number;
  /** 0 when it is not known. */
  pid: number;
  /** In ticks since boot; the low 32 bits. */
  start: number;
  /** Of the mount namespace. */
  key: Uint8Array;
}

const FIRST = /* @__PURE__ */ new Uint8Array(4);

export function readBook(map: number): Book {
  const bytes = new Uint8Array(BOOK.size);
  lookup(map, FIRST, bytes);
  return { map, bytes, view: new DataView(bytes.buffer) };
}

export function writeBook(book: Book): void {
  update(book.map, FIRST, book.bytes);
}

/**
 * A slot that is free, and a generation that never was; null when all are taken. Slots that were given back are used
 * again only after everybody who may still have been writing to them has ended, so that is waited for once for many.
 */
export function takeSlot(book: Book, entry: Omit<BookEntry, "slot" | "generation">): BookEntry | null {
  const slot = freeSlot(book);
  if (slot === null) return null;
  const generation = book.view.getUint32(BOOK.nextGeneration, true);
  // 0 means free.
  book.view.setUint32(BOOK.nextGeneration, (generation + 1) >>> 0 || 1, true);
  const at = entryAt(slot);
  book.view.setUint32(at + ENTRY.generation, generation, true);
  book.view.setUint32(at + ENTRY.use, USE.taken, true);
  book.view.setUint32(at + ENTRY.options, entry.options, true);
  book.view.setUint32(at + ENTRY.pid, entry.pid, true);
  book.view.setUint32(at + ENTRY.start, entry.start, true);
  book.view.setUint32(at + ENTRY.dead, 0, true);
  book.bytes.set(entry.key, at + ENTRY.key);
  return { ...entry, slot, generation };
}

export function giveBack(book: Book, slot: number): void {
  book.view.setUint32(entryAt(slot) + ENTRY.use, USE.cooling, true);
}

/** The slots that are taken. */
export function takenSlots(book: Book): BookEntry[] {
  const taken: BookEntry[] = [];
  const end = book.view.getUint32(BOOK.unused, true);
  for (let slot = 0; slot < end; slot++) {
    const at = entryAt(slot);
    if (book.view.getUint32(at + ENTRY.use, true) !== USE.taken) continue;
    taken.push({
      slot,
      generation: book.view.getUint32(at + ENTRY.generation, true),
      options: book.view.getUint32(at + ENTRY.options, true),
      pid: book.view.getUint32(at + ENTRY.pid, true),
      start: book.view.getUint32(at + ENTRY.start, true),
      key: book.bytes.slice(at + ENTRY.key, at + ENTRY.key + 8),
    });
  }
  return taken;
}

function freeSlot(book: Book): number | null {
  const unused = book.view.getUint32(BOOK.unused, true);
  for (let slot = 0; slot < unused; slot++) if (useOf(book, slot) === USE.free) return slot;
  if (unused < SLOTS) {
    book.view.setUint32(BOOK.unused, unused + 1, true);
    return unused;
  }
  let first: number | null = null;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (useOf(book, slot) !== USE.cooling) continue;
    book.view.setUint32(entryAt(slot) + ENTRY.use, USE.free, true);
    first ??= slot;
  }
  if (first !== null) waitForRunning();
  return first;
}

function useOf(book: Book, slot: number): number {
  return book.view.getUint32(entryAt(slot) + ENTRY.use, true);
}

/** Where a slot's entry is. */
export function entryAt(slot: number): number {
  return BOOK.entries + slot * BOOK.entry;
}
