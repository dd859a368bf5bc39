/** `seccomp snapshot CONTAINER`: a recording in progress, read without ending it. */

import { readdirSync } from "node:fs";
import { recorderPlace } from "../record/place.ts";
import { recordingOf } from "../record/recording.ts";
import { readSession, type Session } from "../record/session.ts";
import { read } from "../record/snapshot.ts";
import { Failure } from "../spec/failure.ts";
import type { Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";

/** `container`: its id, or the beginning of it. @throws Failure `recording_missing` */
export async function seccompSnapshot(roots: Roots, container: string, pins?: string): Promise<Recording> {
  const session = sessionOf(roots, container);
  const snapshot = session && read(recorderPlace(roots, pins), session.registration);
  if (session === undefined || snapshot === null || snapshot === undefined)
    throw new Failure(
      "recording_missing",
      `read the recording of ${container}: no such container is being recorded`,
      {
        hint: "`hookwright seccomp list` shows recordings in progress.",
      },
    );
  const ended = new Date().toISOString();
  return recordingOf(snapshot, { ...session.run, ended, complete: false }, session.options);
}

function sessionOf(roots: Roots, container: string): Session | undefined {
  let names: string[];
  try {
    names = readdirSync(roots.recordings);
  } catch {
    return undefined;
  }
  for (const name of names) {
    const session = readSession(`${roots.recordings}/${name}`);
    if (session?.run.container.id?.startsWith(container)) return session;
  }
  return undefined;
}
