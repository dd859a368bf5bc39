/** What a crash, or a container that was killed without its last hook, leaves of recordings: slots in the kernel, files below /run. */

import { listIfThere } from "../linux/directory.ts";
import type { Roots } from "../spec/roots.ts";
import { recorderPlace } from "./place.ts";
import { reap } from "./reap.ts";
import { dropSession, readSession } from "./session.ts";
import { read } from "./snapshot.ts";

/**
 * Takes away what belongs to containers that ended `keep` seconds ago or longer (reap.ts). Returns how many recordings went.
 * Does nothing where nothing was ever recorded. Throws LinuxError, or the Failures of the recorder.
 */
export function sweep(roots: Roots, pins?: string, keep?: number): number {
  const names = listIfThere(roots.recordings)?.map(({ name }) => name) ?? [];
  if (names.length === 0) return 0;
  const place = recorderPlace(roots, pins);
  reap(place, keep);
  let gone = 0;
  for (const name of names) {
    const path = `${roots.recordings}/${name}`;
    const session = readSession(path);
    if (session === null || read(place, session.registration) !== null) continue;
    dropSession(path);
    gone++;
  }
  return gone;
}
