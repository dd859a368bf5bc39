/** `seccomp show`: a profile or a recording, and what else the recording tells. */

import type { Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import type { SeccompProfile } from "../spec/seccomp.ts";
import { eitherFile } from "./seccomp-files.ts";

export interface Shown {
  file: string;
  profile?: SeccompProfile;
  recording?: Recording;
  /** For `docker run` and `podman run`, when capabilities were recorded. */
  capabilities?: string;
}

/** @throws Failure */
export async function seccompShow(roots: Roots, word: string): Promise<Shown> {
  const read = eitherFile(roots, word);
  if ("profile" in read) return { file: read.file, profile: read.profile };
  const line = capabilityLine(read.recording);
  return {
    file: read.file,
    recording: read.recording,
    ...(line === undefined ? {} : { capabilities: line }),
  };
}

/** `--cap-drop ALL --cap-add CHOWN`: what was used, and nothing else; undefined when it was not recorded. */
function capabilityLine({ capabilities }: Recording): string | undefined {
  if (capabilities === undefined) return undefined;
  const adds = capabilities.used.map((name) => ` --cap-add ${name.replace(/^CAP_/, "")}`);
  return `--cap-drop ALL${adds.join("")}`;
}
