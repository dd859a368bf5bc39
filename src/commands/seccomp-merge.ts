/** `seccomp merge FILE…`: recordings or profiles put together. */

import { mergeProfiles } from "../rules/seccomp/merge-profiles.ts";
import { mergeRecordings } from "../rules/seccomp/merge-recordings.ts";
import { profileText } from "../rules/seccomp/profile-text.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { eitherFile } from "./seccomp-files.ts";
import { type Made, made } from "./seccomp-output.ts";

export interface MergeOptions {
  files: readonly string[];
  intersect?: boolean;
  output?: string;
}

/** @throws Failure, also `merge_mixed` for profiles among recordings */
export async function seccompMerge(roots: Roots, { files, intersect, output }: MergeOptions): Promise<Made> {
  const mode = intersect ? "intersect" : "union";
  const read = files.map((file) => eitherFile(roots, file));
  const recordings = read.flatMap((one) => ("recording" in one ? [one.recording] : []));
  const profiles = read.flatMap((one) => ("profile" in one ? [one.profile] : []));
  if (recordings.length > 0 && profiles.length > 0)
    throw new Failure("merge_mixed", "merge: some of the files are profiles, others recordings", {
      hint: "Merge the recordings, and make a profile of the result.",
    });
  if (recordings.length > 0)
    return made(`${JSON.stringify(mergeRecordings(recordings, mode), null, 2)}\n`, output);
  const { profile, notes } = mergeProfiles(profiles, mode);
  return made(profileText(profile), output, notes);
}
