/**
 * What a crash leaves: slots of containers that have ended and that nobody gave back. A container's last hook may come
 * some time after its end, so the dead keep their slot for a while; then it goes, and with the last one the programs.
 */

import { monotonic } from "../linux/clock.ts";
import { entryAt, readBook, takenSlots, writeBook } from "./book.ts";
import { BOOK, ENTRY } from "./layout.ts";
import { type RecorderPlace, withRecorderLock } from "./place.ts";
import { startOf } from "./process.ts";
import { type Recorder, unload, withRecorder } from "./recorder.ts";
import { freeSlots } from "./unregister.ts";

/** Seconds that a dead container's slot is kept for whoever has yet to read it. */
const KEEP = 600;
/** Seconds between two looks. */
const EVERY = 60;

/**
 * Frees the slots of containers that ended `keep` seconds ago or longer, and takes the recorder out of the kernel when
 * none is left, or when it was left half made. Returns how many slots were freed. `keep` 0: all of the dead.
 */
export function reap(place: RecorderPlace, keep = KEEP): number {
  return withRecorderLock(place, () => {
    const freed = withRecorder(place, (recorder) => reapNow(recorder, keep));
    unloadIfIdle(place);
    return freed ?? 0;
  });
}

/** As `reap` for whoever holds the lock; the recorder stays loaded. */
export function reapNow(recorder: Recorder, keep: number): number {
  const book = readBook(recorder.map("book"));
  const now = monotonic().seconds;
  book.view.setUint32(BOOK.reaped, now, true);
  const gone = takenSlots(book).filter(({ slot, pid, start }) => {
    const at = entryAt(slot) + ENTRY.dead;
    if (pid !== 0 && startOf(pid) === start) return false;
    const since = book.view.getUint32(at, true) || now;
    book.view.setUint32(at, since, true);
    return now - since >= keep;
  });
  if (gone.length > 0) freeSlots(recorder, book, gone);
  writeBook(book);
  return gone.length;
}

/** Looks once a minute: what registers and gives back calls it, and it costs a file read for each container. */
export function reapSometimes(recorder: Recorder): void {
  const book = readBook(recorder.map("book"));
  const last = book.view.getUint32(BOOK.reaped, true);
  if (monotonic().seconds - last >= EVERY) reapNow(recorder, KEEP);
}

/** Takes the recorder, or what is left of one, out of the kernel when no slot is taken; for whoever holds the lock. */
export function unloadIfIdle(place: RecorderPlace): void {
  const taken = withRecorder(place, (recorder) => takenSlots(readBook(recorder.map("book"))).length);
  if (taken === null || taken === 0) unload(place);
}
