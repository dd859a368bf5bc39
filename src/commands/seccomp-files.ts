/** Profiles and recordings as people name them: a file, or a name in the directory of profiles. */

import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { type JsonDocument, readJson } from "../codec/json/read.ts";
import type { Target } from "../rules/seccomp/evaluate.ts";
import { type ReadProfile, readProfile } from "../rules/seccomp/read-profile.ts";
import { readRecording } from "../rules/seccomp/read-recording.ts";
import { Failure } from "../spec/failure.ts";
import type { Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";

export interface ProfileFile extends ReadProfile {
  file: string;
}

export interface RecordingFile {
  file: string;
  recording: Recording;
}

/** @throws Failure `seccomp_missing`, `profile_invalid` or what strict JSON refuses */
export function profileFile(roots: Roots, word: string): ProfileFile {
  const document = documentOf(roots, word);
  return { file: document.file, ...readProfile(document) };
}

/** @throws Failure `seccomp_missing`, `recording_invalid` or what strict JSON refuses */
export function recordingFile(roots: Roots, word: string): RecordingFile {
  const document = documentOf(roots, word);
  return { file: document.file, recording: readRecording(document) };
}

/** Whichever of the two it is. */
export function eitherFile(roots: Roots, word: string): ProfileFile | RecordingFile {
  const document = documentOf(roots, word);
  const { value } = document;
  const recorded = typeof value === "object" && value !== null && "boundary" in value && "calls" in value;
  return recorded
    ? { file: document.file, recording: readRecording(document) }
    : { file: document.file, ...readProfile(document) };
}

/** This machine, for a container without capabilities unless said otherwise. */
export function hostTarget(more: Partial<Target> = {}): Target {
  return { arch: process.arch === "arm64" ? "aarch64" : "x86_64", caps: [], kernel: release(), ...more };
}

function documentOf(roots: Roots, word: string): JsonDocument {
  const candidates = word.includes("/")
    ? [word]
    : [word, `${roots.profiles}/${word}`, `${roots.profiles}/${word}.json`];
  const file = candidates.find((path) => existsSync(path));
  if (file === undefined)
    throw new Failure("seccomp_missing", `read ${word}: there is no such file, nor a profile of that name`, {
      hint: `\`hookwright seccomp list\` shows what is in ${roots.profiles}.`,
    });
  try {
    return readJson(readFileSync(file, "utf8"), { file });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(
      "seccomp_missing",
      `read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
