/** `engine enable`: the wrapper, hooks.d and CDI made known to an engine, by the smallest change of its files. */

import { engineOf } from "../engines/all.ts";
import { commitDraft, diffOf } from "../engines/commit.ts";
import { draftEnable, type EnableOptions as Enabling } from "../engines/draft.ts";
import type { EngineName } from "../engines/engine.ts";
import { leftOutNotes } from "../engines/injected.ts";
import { machineOf } from "../engines/machine.ts";
import type { Roots } from "../spec/roots.ts";
import { type Reloaded, reload } from "./engine-reload.ts";

export interface EngineOptions {
  readonly engine: EngineName;
  /** The configuration file to change, in place of the one that is found. */
  readonly engineConfig?: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly dryRun?: boolean;
  /** Make the engine read its configuration anew. */
  readonly reload?: boolean;
}

export type EnableOptions = EngineOptions & Enabling;

export interface EngineChange {
  readonly engine: EngineName;
  readonly changed: boolean;
  readonly dryRun: boolean;
  /** Files that changed, or would. */
  readonly files: readonly string[];
  /** Which file was chosen, and why. */
  readonly file: string;
  readonly why: string;
  readonly wrapper: string;
  readonly default: boolean;
  /** Unified; "" when nothing changed. */
  readonly diff: string;
  readonly reload: Reloaded;
  readonly notes: readonly string[];
}

/** Enables; a second time changes nothing. @throws Failure */
export async function enableEngine(roots: Roots, options: EnableOptions): Promise<EngineChange> {
  const engine = engineOf(options.engine);
  const machine = machineOf(roots.root, options.env, options.engineConfig);
  const draft = draftEnable(roots, engine, machine, options);
  const dryRun = options.dryRun ?? false;
  const changedFiles = draft.files.filter(({ before, after }) => before !== after);
  const changed = changedFiles.length > 0;
  const made = dryRun ? undefined : commitDraft(roots, draft);
  return {
    engine: engine.name,
    changed,
    dryRun,
    files: changedFiles.map(({ recorded }) => recorded.file),
    file: draft.found.file,
    why: draft.found.why,
    wrapper: draft.wish.wrapper,
    default: draft.wish.default,
    diff: diffOf(draft),
    reload: reload(engine, machine, false, options.reload === true && changed && !dryRun),
    notes: [...draft.notes, ...(made === undefined ? [] : leftOutNotes(made))],
  };
}
