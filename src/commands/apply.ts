/** `apply`: checks all definitions and puts them in force; with `check`, only checks. The one door to the host's hooks. */

import { leftOutNotes, synchronize } from "../engines/injected.ts";
import { LinuxError } from "../linux/error.ts";
import { applyDraft } from "../plan/apply.ts";
import type { PlanChanges } from "../plan/changes.ts";
import { collect } from "../plan/collect.ts";
import { makeDraft } from "../plan/draft.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { withPlanLock } from "../plan/lock.ts";
import { changesOf } from "../plan/pending.ts";
import { sweep } from "../record/sweep.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface ApplyOptions {
  /** Only check; nothing is written. */
  check?: boolean;
  /** The host program that becomes the guard; else HOOKWRIGHT_HOST, else the one beside this executable. */
  host?: string;
}

export interface ApplyResult {
  /** False when the plan in force says the same already, or when only checking. */
  changed: boolean;
  /** `sha256:…` of the plan that is in force now; absent when only checking. */
  plan?: string;
  generation?: number;
  /** How many definitions the plan has. */
  definitions: number;
  changes: PlanChanges;
  /** Warnings and notes. */
  problems: readonly Problem[];
  masked: readonly { readonly file: string; readonly by: string }[];
  notes: readonly string[];
  /** Files for enabled engines that were written or removed: hooks.d and CDI. */
  engineFiles: readonly string[];
  /** Plans and files of the store that nobody could call any more, and containers that are no more but left something. */
  collected: { plans: number; files: number; containers: number; recordings: number };
}

/** Applies. @throws DefinitionFailure (a Failure with `problems`), Failure */
export async function apply(roots: Roots, options: ApplyOptions = {}): Promise<ApplyResult> {
  if (options.check === true) {
    const draft = makeDraft(roots, options);
    const { problems, masked, notes } = draft;
    const definitions = draft.content.definitions.length;
    const collected = { plans: 0, files: 0, containers: 0, recordings: 0 };
    return {
      changed: false,
      definitions,
      changes: changesOf(roots, draft),
      problems,
      masked,
      notes,
      engineFiles: [],
      collected,
    };
  }
  try {
    return withPlanLock(roots, () => applyLocked(roots, options));
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("plan_unwritable", `apply the definitions: ${error.message}`, {
      hint: "the plan in force is unchanged; make room or correct the permissions, and apply again",
      cause: error,
    });
  }
}

function applyLocked(roots: Roots, options: ApplyOptions): ApplyResult {
  const draft = makeDraft(roots, options);
  const changes = changesOf(roots, draft);
  const { changed, digest, plan, stored } = applyDraft(roots, draft, new Date());
  const engines = synchronize(roots);
  const notes = [...draft.notes, ...leftOutNotes(engines)];
  if (!changed && stored > 0) notes.push(`${stored} damaged or missing files of the store were written anew`);
  return {
    changed,
    plan: `sha256:${digest}`,
    generation: plan.generation,
    definitions: plan.definitions.length,
    changes,
    problems: draft.problems,
    masked: draft.masked,
    notes,
    engineFiles: engines.changed,
    collected: { ...tidied(roots, notes), recordings: swept(roots, notes) },
  };
}

/** The plan is in force by now, so what cannot be removed is a note and not a failure. */
function tidied(roots: Roots, notes: string[]): Omit<ApplyResult["collected"], "recordings"> {
  try {
    const { plans, files, containers } = collect(roots, Date.now());
    return { plans: plans.length, files: files.length, containers };
  } catch (error) {
    notes.push(`old plans were not removed: ${error instanceof Error ? error.message : String(error)}`);
    return { plans: 0, files: 0, containers: 0 };
  }
}

/** Recordings of containers that were killed without their last hook. */
function swept(roots: Roots, notes: string[]): number {
  try {
    return sweep(roots, process.env.HOOKWRIGHT_PINS);
  } catch (error) {
    notes.push(`old recordings were not removed: ${error instanceof Error ? error.message : String(error)}`);
    return 0;
  }
}
