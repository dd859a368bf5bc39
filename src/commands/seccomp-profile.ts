/** `seccomp profile RECORDING`: a profile from a recording that was kept. */

import { makeProfile, type ProfileOptions } from "../rules/seccomp/profile.ts";
import { profileText } from "../rules/seccomp/profile-text.ts";
import type { Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import { profileFile, recordingFile } from "./seccomp-files.ts";
import { type Made, made, noteTexts } from "./seccomp-output.ts";

export interface ProfileWish {
  format?: ProfileOptions["format"];
  /** A profile to extend: a file, or a name. */
  base?: string;
  output?: string;
}

/** @throws Failure */
export async function seccompProfile(roots: Roots, recording: string, wish: ProfileWish): Promise<Made> {
  return profileOf(roots, recordingFile(roots, recording).recording, wish);
}

/** The profile of a recording, written or to be printed. @throws Failure */
export function profileOf(roots: Roots, recording: Recording, { format, base, output }: ProfileWish): Made {
  const { noNewPrivileges, runtime } = recording;
  const name = runtime?.name === "runc" || runtime?.name === "crun" ? runtime.name : undefined;
  const { profile, notes } = makeProfile(recording, {
    ...(format === undefined ? {} : { format }),
    ...(noNewPrivileges === undefined ? {} : { noNewPrivileges }),
    ...(name === undefined ? {} : { runtimes: [{ name }] }),
    ...(base === undefined ? {} : { base: profileFile(roots, base).profile }),
  });
  return made(profileText(profile), output, noteTexts(notes));
}
