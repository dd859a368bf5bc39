/** `seccomp convert PROFILE --to FORMAT`: a profile in another engine's dialect. */

import { convertProfile } from "../rules/seccomp/convert.ts";
import { profileText } from "../rules/seccomp/profile-text.ts";
import type { ProfileFormat } from "../rules/seccomp/read-profile.ts";
import type { Roots } from "../spec/roots.ts";
import { hostTarget, profileFile } from "./seccomp-files.ts";
import { type Made, made } from "./seccomp-output.ts";

export interface ConvertWish {
  to: ProfileFormat;
  /** Capabilities of the container that conditions ask about, CAP_ names. */
  caps: readonly string[];
  output?: string;
}

/** What the format cannot say is decided for this machine, and noted. @throws Failure */
export async function seccompConvert(
  roots: Roots,
  word: string,
  { to, caps, output }: ConvertWish,
): Promise<Made> {
  const { profile } = profileFile(roots, word);
  const { profile: converted, notes } = convertProfile(profile, { to, target: hostTarget({ caps }) });
  return made(
    profileText(converted),
    output,
    notes.map(({ pointer, message }) => (pointer === "" ? message : `${pointer}: ${message}`)),
  );
}
