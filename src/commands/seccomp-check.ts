/** `seccomp check PROFILE --recording R`: would this profile have broken that run? */

import { type CheckReport, check } from "../rules/seccomp/check.ts";
import type { Roots } from "../spec/roots.ts";
import { hostTarget, profileFile, recordingFile } from "./seccomp-files.ts";

export interface CheckWish {
  recordings: readonly string[];
  runtime?: "runc" | "crun";
}

export interface RunReport extends CheckReport {
  recording: string;
}

export interface ProfileCheck {
  profile: string;
  runs: RunReport[];
  /** Whether it would have broken one of the runs, or perhaps. */
  broken: CheckReport["broken"];
}

/** @throws Failure */
export async function seccompCheck(roots: Roots, profile: string, wish: CheckWish): Promise<ProfileCheck> {
  const read = profileFile(roots, profile);
  const runs = wish.recordings.map((word): RunReport => {
    const { file, recording } = recordingFile(roots, word);
    const { arch, kernel } = recording.machine;
    const runtime = wish.runtime === undefined ? {} : { runtime: wish.runtime };
    const target = hostTarget({ arch: arch === "aarch64" ? "aarch64" : "x86_64", kernel, ...runtime });
    return { recording: file, ...check(read.profile, recording, target) };
  });
  const any = (answer: CheckReport["broken"]) => runs.some(({ broken }) => broken === answer);
  return { profile: read.file, runs, broken: any("yes") ? "yes" : any("perhaps") ? "perhaps" : "no" };
}
