/**
 * The profile that a recording makes, on disk beside it; both are written as a whole or not at all. Apart from what a
 * container's creation needs, because the tables of calls are long to load.
 */

import { readJson } from "../codec/json/read.ts";
import { LinuxError } from "../linux/error.ts";
import { readText, readTextIfThere } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { mergeRecordings } from "../rules/seccomp/merge-recordings.ts";
import { makeProfile } from "../rules/seccomp/profile.ts";
import type { Note } from "../rules/seccomp/profile-notes.ts";
import { profileText } from "../rules/seccomp/profile-text.ts";
import { readProfile } from "../rules/seccomp/read-profile.ts";
import { readRecording } from "../rules/seccomp/read-recording.ts";
import { Failure } from "../spec/failure.ts";
import type { Recording } from "../spec/recording.ts";
import type { SeccompProfile } from "../spec/seccomp.ts";
import { type Destination, recordingPath } from "./destination.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** Writes the recording and the profile that is made of it. Throws `Failure` or LinuxError; what is there then is as it was. */
export function writeProfile(destination: Destination, recording: Recording): Note[] {
  const { profile: path, format, base, merge } = destination;
  const before = merge ? earlier(path) : undefined;
  const whole = before === undefined ? recording : mergeRecordings([before, recording], "union");
  const { profile, notes } = makeProfile(whole, {
    format,
    ...(whole.noNewPrivileges === undefined ? {} : { noNewPrivileges: whole.noNewPrivileges }),
    ...(base === undefined ? {} : { base: readBase(base) }),
  });
  replaceFile(recordingPath(path), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600, sync: true });
  replaceFile(path, profileText(profile), { mode: 0o644, keep: true, sync: true });
  return notes;
}

/** The recording that is there already. Throws `Failure`. */
export function earlier(profile: string): Recording | undefined {
  const path = recordingPath(profile);
  const text = readTextIfThere(path, MAX_BYTES);
  return text === null ? undefined : readRecording(readJson(text, { file: path }));
}

/** A profile to extend. Throws `Failure`. */
export function readBase(path: string): SeccompProfile {
  try {
    return readProfile(readJson(readText(path, MAX_BYTES), { file: path })).profile;
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("record_base", `read the base profile: ${error.message}`, { cause: error });
  }
}
