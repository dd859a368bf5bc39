/** The end of a recording: what was seen is read for the last time, and the profile is written. */

import { realtimeMs } from "../linux/clock.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { RecorderPlace } from "./place.ts";
import { writeProfile } from "./profile-file.ts";
import { recordingOf } from "./recording.ts";
import { dropSession, takenPath, takeSession } from "./session.ts";
import { unregister } from "./unregister.ts";

/** Ends the recording whose session is at `path`; returns the words for the record of the run. Throws `Failure`. */
export function finish(path: string, place: RecorderPlace): string {
  const session = takeSession(path);
  if (session === null)
    return "not recorded: nothing was begun for this container, or its profile is written already";
  const { registration, run, options, destination } = session;
  const snapshot = unregister(place, registration);
  dropSession(takenPath(path));
  if (snapshot === null)
    throw new Failure("record_lost", "write the profile: what was recorded is gone", {
      hint: "a reboot, or whoever unloaded the recorder, took it away; run the container again",
      exitCode: EXIT.own,
    });
  const ended = new Date(realtimeMs()).toISOString();
  const recording = recordingOf(snapshot, { ...run, ended, complete: true }, options);
  const notes = writeProfile(destination, recording);
  return [`wrote ${destination.profile}`, ...notes.map(({ message }) => `note: ${message}`)].join("\n");
}
