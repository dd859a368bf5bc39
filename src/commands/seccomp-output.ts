/** What a command made, where it was asked to go: a file, written as a whole, or the caller's standard output. */

import { lstatSync, writeFileSync } from "node:fs";
import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { replaceFile } from "../linux/replace.ts";
import type { Note } from "../rules/seccomp/profile-notes.ts";
import { Failure } from "../spec/failure.ts";

export interface Made {
  /** The document, as it was written or is to be printed. */
  text: string;
  /** Where it was written; absent when it is to be printed. */
  file?: string;
  notes: string[];
}

/** Writes `text` to `file` when there is one. @throws Failure `output_failed`; the old file is then as it was */
export function made(text: string, file: string | undefined, notes: readonly string[] = []): Made {
  if (file === undefined) return { text, notes: [...notes] };
  try {
    // A device, a pipe or a link is written to, never replaced.
    if (isPlain(file)) replaceFile(file, text, { mode: 0o644, keep: true, sync: true });
    else writeFileSync(file, text);
  } catch (cause) {
    throw new Failure(
      "output_failed",
      `write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return { text, file, notes: [...notes] };
}

/** @throws Failure `output_failed` when nothing could be written there */
export function checkWritable(file: string): void {
  if (!isPlain(file)) return;
  const probe = `${file}.${process.pid}.hookwright`;
  try {
    replaceFile(probe, "");
  } catch (cause) {
    if (!(cause instanceof LinuxError)) throw cause;
    throw new Failure("output_failed", `write ${file}: ${cause.message}`, {
      hint: "Name a file in a directory that exists and can be written to.",
      cause,
    });
  } finally {
    unlinkIfThere(probe);
  }
}

/** Whether it is an ordinary file, or is yet to be one. */
function isPlain(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}

export function noteTexts(notes: readonly Note[]): string[] {
  return notes.map(({ message, names }) =>
    names === undefined ? message : `${message}: ${names.join(", ")}`,
  );
}
