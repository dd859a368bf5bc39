/** From what the kernel noted to a recording in names, with the facts of the run that only its observer knows. */

import { arch } from "../linux/primitive.ts";
import { kernelRelease } from "../linux/uts.ts";
import { nameRecording } from "../rules/seccomp/names-recording.ts";
import type { Recording, RecordOptions } from "../spec/recording.ts";
import { decodeSnapshot } from "./decode.ts";
import type { Snapshot } from "./snapshot.ts";

export type RunFacts = Pick<
  Recording,
  "container" | "runtime" | "noNewPrivileges" | "boundary" | "started" | "ended" | "complete"
>;

/** `asked` says which details are to be in it, empty or not. */
export function recordingOf(snapshot: Snapshot, facts: RunFacts, asked: RecordOptions): Recording {
  return {
    version: 1,
    ...facts,
    machine: { arch, kernel: kernelRelease() },
    ...nameRecording(decodeSnapshot(snapshot, facts.boundary), asked),
  };
}
