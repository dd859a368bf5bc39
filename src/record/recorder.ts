/** The recorder as it is loaded: what its names are open on, for one change by whoever holds the lock, or one look. */

import { openPinned, openPinnedIfThere } from "../linux/bpf.ts";
import { close } from "../linux/descriptor.ts";
import { removeTree } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import type { RecorderPlace } from "./place.ts";
import { refusal } from "./refusal.ts";

export type PinnedMap = "slots" | "namespaces" | "tags" | "arguments" | "places" | "book";

export interface Recorder {
  readonly place: RecorderPlace;
  /** Descriptor of a map, opened when it is first asked for. */
  map(name: PinnedMap): number;
}

/** Runs `work` on the recorder; null when it is not loaded. */
export function withRecorder<T>(place: RecorderPlace, work: (recorder: Recorder) => T): T | null {
  const open: { [name in PinnedMap]?: number } = {};
  try {
    // The book is the first name that goes: without it the rest is a remainder.
    const book = openPinnedIfThere(`${place.pins}/book`);
    if (book === null) return null;
    open.book = book;
    return work({
      place,
      map(name) {
        const fd = open[name] ?? openPinned(`${place.pins}/${name}`);
        open[name] = fd;
        return fd;
      },
    });
  } catch (error) {
    if (failedWith(error, "ENOTDIR")) return null;
    if (error instanceof LinuxError && error.syscall === "bpf") throw refusal(error);
    throw error;
  } finally {
    for (const fd of Object.values(open)) close(fd);
  }
}

/** Takes the recorder out of the kernel, for whoever holds the lock. */
export function unload(place: RecorderPlace): void {
  unlinkIfThere(`${place.pins}/book`);
  removeTree(place.pins);
  removeTree(`${place.pins}-loading`);
}
