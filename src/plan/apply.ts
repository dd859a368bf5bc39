/**
 * Putting a draft in force: first everything that the plan names goes into the store, then the plan file, then one
 * rename of the link. At any kill and any power cut the plan in force is the old one or the new one, complete.
 */

import { canonicalJson } from "../codec/json/canonical.ts";
import { replaceFile, syncDirectory } from "../linux/replace.ts";
import { Failure } from "../spec/failure.ts";
import type { Hex, Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { contentOf, type Draft } from "./draft.ts";
import { previousDigest, putInForce } from "./links.ts";
import { type PlanInForce, planPath, readPlan, readPlanFile } from "./read.ts";
import { digestOf, isSound, putInStore } from "./store.ts";

export interface Applied {
  readonly changed: boolean;
  readonly digest: Hex;
  readonly plan: Plan;
  /** Files that the store did not have, or had damaged. */
  readonly stored: number;
}

/** Puts the draft in force; the caller holds the lock. An unchanged draft keeps plan and generation, and mends the store. */
export function applyDraft(roots: Roots, draft: Draft, now: Date): Applied {
  const stored = fillStore(roots, draft);
  const inForce = sound(roots);
  if (inForce !== undefined && contentOf(inForce.plan) === canonicalJson(draft.content)) {
    return { changed: false, digest: inForce.digest, plan: inForce.plan, stored };
  }
  const plan: Plan = {
    ...draft.content,
    generation: nextGeneration(roots, inForce),
    created: now.toISOString(),
  };
  const digest = writePlan(roots, plan);
  putInForce(roots, digest, inForce?.digest);
  return { changed: true, digest, plan, stored };
}

/**
 * Puts a plan in the store that is not in force: only who names it runs by it. Kept while a record of a container names it
 * and the container's bundle does. The caller holds the lock.
 */
export function storePlan(roots: Roots, draft: Pick<Draft, "content" | "files">, plan: Plan): Hex {
  fillStore(roots, draft);
  return writePlan(roots, plan);
}

/**
 * Returns to the previous plan; the one that was in force becomes the previous, so a second rollback undoes the first.
 * The caller holds the lock. Throws `Failure` `no_previous_plan`, `store_incomplete`, and what reading a plan throws.
 */
export function rollBack(roots: Roots): PlanInForce & { readonly from: Hex | undefined } {
  const from = sound(roots)?.digest;
  const digest = previousDigest(roots);
  if (digest === undefined || digest === from) {
    throw new Failure("no_previous_plan", "roll back: there is no previous plan", {
      hint: "edit the definitions and run `hookwright apply`",
    });
  }
  const plan = readPlanFile(roots, digest);
  const missing = missingFiles(roots, plan);
  if (missing.length > 0) {
    throw new Failure(
      "store_incomplete",
      `roll back to ${digest}: the store has no sound ${missing.join(", ")}`,
      {
        hint: "edit the definitions back and run `hookwright apply`",
      },
    );
  }
  putInForce(roots, digest, from);
  return { plan, digest, from };
}

/** Files of the store that a plan names. */
export function filesOf(plan: Plan): Hex[] {
  const named = plan.definitions.flatMap(({ entry, hook, interpreter }) => [entry, hook, interpreter]);
  return [...new Set([plan.guard, ...named.filter((digest) => digest !== undefined)])];
}

/** Those that are not there, or not what their names say. */
export function missingFiles(roots: Roots, plan: Plan): Hex[] {
  return filesOf(plan).filter((digest) => !isSound(`${roots.store}/${digest}`, digest));
}

/** The plan in force; one that cannot be read is as none, since `apply` is how it is mended. */
export function sound(roots: Roots): PlanInForce | undefined {
  try {
    return readPlan(roots);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function fillStore(roots: Roots, { files }: Pick<Draft, "files">): number {
  let stored = 0;
  for (const [digest, { bytes, as }] of files) {
    if (isSound(`${roots.store}/${digest}`, digest, as === "program" ? 0o555 : 0o444)) continue;
    putInStore(roots, bytes, as);
    stored++;
  }
  if (stored > 0) syncDirectory(roots.store);
  return stored;
}

function writePlan(roots: Roots, plan: Plan): Hex {
  const text = canonicalJson(plan);
  const digest = digestOf(text);
  replaceFile(planPath(roots, digest), text, { mode: 0o444, sync: true });
  return digest;
}

/** One more than any that is remembered: after a rollback the newest is the previous. */
function nextGeneration(roots: Roots, inForce: PlanInForce | undefined): number {
  let highest = inForce?.plan.generation ?? 0;
  const previous = previousDigest(roots);
  if (previous === undefined) return highest + 1;
  try {
    highest = Math.max(highest, readPlanFile(roots, previous).generation);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return highest + 1;
}
