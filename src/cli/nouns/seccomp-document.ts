/** What the verbs of `seccomp` make: documents, in a dialect, written to a file or printed as they are. */

import type { Made } from "../../commands/seccomp-output.ts";
import type { Recording } from "../../spec/recording.ts";
import type { Answer } from "../answer.ts";
import type { Call, Flag } from "../grammar.ts";

export const OUTPUT: Flag = {
  name: "output",
  short: "o",
  value: "FILE",
  completes: "file",
  summary: "write it there instead of printing it",
};
export const DIALECTS = ["docker", "podman", "oci"] as const;

/** A document: written where it was asked to go, or printed as it is. */
export function documentAnswer({ text, file, notes }: Made): Answer {
  if (file === undefined) return { kind: "raw", text, notes };
  return { kind: "whole", data: { file, notes }, view: [`wrote ${file}`], names: [file], notes };
}

/** A recording or, unless `raw`, the profile that it makes. */
export async function recordingAnswer(call: Call, recording: Recording, raw = false): Promise<Answer> {
  const output = call.flags.text("output");
  const { made } = await import("../../commands/seccomp-output.ts");
  if (raw) return documentAnswer(made(`${JSON.stringify(recording, null, 2)}\n`, output));
  const { profileOf } = await import("../../commands/seccomp-profile.ts");
  return documentAnswer(profileOf(call.roots, recording, profileWish(call)));
}

export function profileWish(call: Call): {
  format?: (typeof DIALECTS)[number];
  base?: string;
  output?: string;
} {
  const format = DIALECTS.find((one) => one === call.flags.text("dialect"));
  const base = call.flags.text("base");
  const output = call.flags.text("output");
  return {
    ...(format === undefined ? {} : { format }),
    ...(base === undefined ? {} : { base }),
    ...(output === undefined ? {} : { output }),
  };
}

export const PROFILE_FLAGS: readonly Flag[] = [
  OUTPUT,
  {
    name: "dialect",
    value: "ENGINE",
    choices: DIALECTS,
    summary: "whose dialect: docker (the default), podman, or oci for linux.seccomp of a config.json",
  },
  { name: "base", value: "PROFILE", completes: "file", summary: "a profile to extend" },
];
