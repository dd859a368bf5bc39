/**
 * Where a profile goes, and the recording beside it. Both are judged before the container starts, so that nobody learns at
 * its end that nothing can be written.
 */

import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { randomHex } from "../linux/random.ts";
import { replaceFile } from "../linux/replace.ts";
import { lstatIfThere, TYPE } from "../linux/stat.ts";
import type { ProfileFormat } from "../rules/seccomp/read-profile.ts";
import { EXIT, Failure } from "../spec/failure.ts";

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
export async function checkDestination({ profile, base, merge }: Destination): Promise<void> {
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
  if (base === undefined && !merge) return;
  const { earlier, readBase } = await import("./profile-file.ts");
  if (base !== undefined) readBase(base);
  if (merge) earlier(profile);
}

/** Where the recording of a profile is kept: `web.json`, `web.recording.json`. */
export function recordingPath(profile: string): string {
  const stem = profile.endsWith(".json") ? profile.slice(0, -5) : profile;
  return `${stem}.recording.json`;
}
