/**
 * Where a profile goes, and the recording beside it. Both are judged before the container starts, so that nobody learns at
 * its end that nothing can be written; both are written as a whole or not at all.
 */

import { readJson } from "../codec/json/read.ts";
import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { randomHex } from "../linux/random.ts";
import { readText, readTextIfThere } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { lstatIfThere, TYPE } from "../linux/stat.ts";
import { mergeRecordings } from "../rules/seccomp/merge-recordings.ts";
import { makeProfile } from "../rules/seccomp/profile.ts";
import type { Note } from "../rules/seccomp/profile-notes.ts";
import { profileText } from "../rules/seccomp/profile-text.ts";
import { type ProfileFormat, readProfile } from "../rules/seccomp/read-profile.ts";
import { readRecording } from "../rules/seccomp/read-recording.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Recording } from "../spec/recording.ts";
import type { SeccompProfile } from "../spec/seccomp.ts";

const MAX_BYTES = 16 * 1024 * 1024;

export interface Destination {
  /** Absolute path of the profile. */
  profile: string;
  format: ProfileFormat;
  /** Absolute path of a profile to extend. */
  base?: string;
  /** Put this run together with those that are recorded there already, instead of replacing them. */
  merge: boolean;
}

/** Throws `Failure`: `record_destination` when nothing can be written there, or what is wrong with the base. */
export function checkDestination({ profile, base, merge }: Destination): void {
  for (const path of [profile, recordingPath(profile)]) {
    const found = lstatIfThere(path);
    if (found !== null && (found.mode & TYPE.mask) !== TYPE.file)
      throw new Failure("record_destination", `write the profile ${profile}: ${path} is no regular file`, {
        hint: "name another file; what is there would be replaced",
        exitCode: EXIT.own,
      });
  }
  const probe = `${profile}.${randomHex(6)}`;
  try {
    replaceFile(probe, "");
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("record_destination", `write the profile ${profile}: ${error.message}`, {
      hint: "name a file in a directory that exists and can be written to",
      exitCode: EXIT.own,
      cause: error,
    });
  } finally {
    unlinkIfThere(probe);
  }
  if (base !== undefined) readBase(base);
  if (merge) earlier(profile);
}

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

/** Where the recording of a profile is kept: `web.json`, `web.recording.json`. */
export function recordingPath(profile: string): string {
  const stem = profile.endsWith(".json") ? profile.slice(0, -5) : profile;
  return `${stem}.recording.json`;
}

function earlier(profile: string): Recording | undefined {
  const path = recordingPath(profile);
  const text = readTextIfThere(path, MAX_BYTES);
  return text === null ? undefined : readRecording(readJson(text, { file: path }));
}

function readBase(path: string): SeccompProfile {
  try {
    return readProfile(readJson(readText(path, MAX_BYTES), { file: path })).profile;
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("record_base", `read the base profile: ${error.message}`, { cause: error });
  }
}
