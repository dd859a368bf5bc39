/**
 * A draft on the disk. The record goes first when enabling and last when disabling, so that whatever is in an engine's
 * files can be taken out again after any interruption.
 */

import { unifiedDiff } from "../codec/diff.ts";
import { LinuxError } from "../linux/error.ts";
import { withPlanLock } from "../plan/lock.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import type { DraftedFile, EngineDraft } from "./draft.ts";
import { removeWhole, writeWhole } from "./files.ts";
import { type Synchronized, synchronize } from "./injected.ts";
import { removeRecord, writeRecord } from "./record.ts";

/** Writes what changed; of a file that is as it should be already nothing is touched; then what the engine reads of the plan. @throws Failure */
export function commitDraft(roots: Roots, { engine, files, record }: EngineDraft): Synchronized {
  try {
    return withPlanLock(roots, () => {
      if (record !== undefined) writeRecord(roots, record);
      // What an engine is pointed to is there before it is pointed to it, and goes after.
      const made = record === undefined ? undefined : synchronize(roots);
      for (const one of files) commitFile(one);
      if (record === undefined) removeRecord(roots, engine.name);
      return made ?? synchronize(roots);
    });
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("engine_unwritable", `change the configuration of ${engine.name}: ${error.message}`, {
      hint: "its files are the old ones or the new ones; make room or correct the permissions, and try again",
      cause: error,
    });
  }
}

function commitFile({ recorded, before, after }: DraftedFile): void {
  if (before === after) return;
  if (after === undefined) removeWhole(recorded.file, recorded.directories);
  else writeWhole(recorded.file, after);
}

/** The difference of all files; "" when there is none. */
export function diffOf({ files }: EngineDraft): string {
  return files
    .map(({ recorded: { file }, before, after }) =>
      unifiedDiff(before ?? "", after ?? "", {
        before: before === undefined ? "/dev/null" : file,
        after: after === undefined ? "/dev/null" : file,
      }),
    )
    .join("");
}
