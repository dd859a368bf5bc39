/** Ending a recording: its slot is read for the last time and given back; the last one takes the programs with it. */

import { update } from "../linux/bpf.ts";
import { type Book, type BookEntry, giveBack, readBook, takenSlots, writeBook } from "./book.ts";
import { forgetDetails } from "./details.ts";
import { OPTION, SLOT } from "./layout.ts";
import { removeNamespace } from "./namespaces.ts";
import { detachUnless } from "./options.ts";
import { type RecorderPlace, withRecorderLock } from "./place.ts";
import { type Recorder, unload, withRecorder } from "./recorder.ts";
import { type Registration, slotKey } from "./registration.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/**
 * Ends the recording and returns what was seen; null when there is none of this name any more, as after a reboot. When it
 * was the last, nothing of the recorder stays in the kernel.
 */
export function unregister(place: RecorderPlace, registration: Registration): Snapshot | null {
  return withRecorderLock(place, () => {
    let last = false;
    const snapshot = withRecorder(place, (recorder) => {
      const book = readBook(recorder.map("book"));
      const { slot, generation } = registration;
      const entry = takenSlots(book).find((one) => one.slot === slot && one.generation === generation);
      if (entry === undefined) return null;
      removeNamespace(recorder.map("namespaces"), entry.key, generation);
      const seen = readSnapshot(recorder, registration);
      freeSlots(recorder, book, [entry]);
      writeBook(book);
      last = takenSlots(book).length === 0;
      return seen;
    });
    if (last) unload(place);
    return snapshot;
  });
}

/** Gives slots back, for whoever holds the lock and writes the book. */
export function freeSlots(recorder: Recorder, book: Book, entries: readonly BookEntry[]): void {
  const before = optionsOf(takenSlots(book));
  const empty = new Uint8Array(SLOT.size);
  for (const { slot, key, options, generation } of entries) {
    removeNamespace(recorder.map("namespaces"), key, generation);
    // A generation of 0 matches nobody's tag.
    update(recorder.map("slots"), slotKey(slot), empty);
    forgetDetails(recorder, { slot, generation }, options);
    giveBack(book, slot);
  }
  detachUnless(recorder.place, before, optionsOf(takenSlots(book)));
}

function optionsOf(entries: readonly BookEntry[]): number {
  let options = 0;
  for (const entry of entries) options |= entry.options;
  return options & (OPTION.refused | OPTION.files | OPTION.capabilities);
}
