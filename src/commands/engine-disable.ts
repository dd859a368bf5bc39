/** `engine disable`: everything that was put into an engine's files is taken out again, and nothing else. */

import { engineOf } from "../engines/all.ts";
import { commitDraft, diffOf } from "../engines/commit.ts";
import { draftDisable } from "../engines/draft.ts";
import { machineOf } from "../engines/machine.ts";
import type { Roots } from "../spec/roots.ts";
import type { EngineChange, EngineOptions } from "./engine-enable.ts";
import { reload } from "./engine-reload.ts";

export type DisableOptions = Omit<EngineOptions, "engineConfig">;

/** Disables; an engine that is not enabled stays as it is. @throws Failure */
export async function disableEngine(
  roots: Roots,
  options: DisableOptions,
): Promise<Omit<EngineChange, "wrapper" | "default">> {
  const engine = engineOf(options.engine);
  const machine = machineOf(roots.root, options.env, undefined);
  const draft = draftDisable(roots, engine, machine);
  const dryRun = options.dryRun ?? false;
  const { file, why } = draft?.found ?? engine.find(machine);
  const changedFiles = (draft?.files ?? []).filter(({ before, after }) => before !== after);
  if (draft !== undefined && !dryRun) commitDraft(roots, draft);
  return {
    engine: engine.name,
    changed: changedFiles.length > 0,
    dryRun,
    files: changedFiles.map(({ recorded }) => recorded.file),
    file,
    why,
    diff: draft === undefined ? "" : diffOf(draft),
    reload: reload(engine, machine, true, options.reload === true && changedFiles.length > 0 && !dryRun),
    notes: draft === undefined ? [`note: ${engine.name} is not enabled`] : [],
  };
}
