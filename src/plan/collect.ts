/**
 * Collecting what nobody can call any more. Kept are the plan in force and the previous one, those of live containers and of the
 * ledger, those that went out of force a moment ago (a wrapper may be at work with one), those that engines were promised, and every
 * file of the store that any of them needs; what a live container's config.json names is kept even when its plan cannot be read.
 */

import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { Failure } from "../spec/failure.ts";
import { type Entry, type Hex, isHex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { filesOf } from "./apply.ts";
import { liveContainers, sweepContainers } from "./containers.ts";
import { ledgersOf } from "./ledger.ts";
import { previousDigest } from "./links.ts";
import { promisedPlans } from "./promised.ts";
import { linkedDigest, planPath, readPlanFile } from "./read.ts";
import { removeFromStore, storedDigests } from "./store.ts";

export interface Collected {
  readonly plans: Hex[];
  readonly files: Hex[];
  /** Containers that are no more, of which records or spools were left. */
  readonly containers: number;
}

/** Milliseconds for which a plan that went out of force is kept in any case. */
const GRACE = 10 * 60 * 1000;

/** Removes plans and store files that nothing needs; the caller holds the lock. `now` is milliseconds since 1970. */
export function collect(roots: Roots, now: number): Collected {
  const containers = sweepContainers(roots, now);
  const keep = new Set<Hex>();
  const plans = new Set(planDigests(roots));
  const needed = neededPlans(roots, plans, keep, now);
  for (const digest of needed) {
    try {
      for (const file of filesOf(readPlanFile(roots, digest))) keep.add(file);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  const removed = {
    plans: [...plans].filter((digest) => !needed.has(digest)),
    files: [] as Hex[],
    containers,
  };
  for (const digest of removed.plans) rmSync(planPath(roots, digest), { force: true });
  for (const digest of storedDigests(roots)) {
    if (keep.has(digest)) continue;
    removeFromStore(`${roots.store}/${digest}`);
    removed.files.push(digest);
  }
  return removed;
}

function neededPlans(roots: Roots, plans: ReadonlySet<Hex>, keep: Set<Hex>, now: number): Set<Hex> {
  const needed = new Set<Hex>();
  const current = linkedDigest(roots.current);
  const previous = previousDigest(roots);
  if (current !== undefined) needed.add(current);
  if (previous !== undefined) needed.add(previous);
  for (const digest of promisedPlans(roots)) needed.add(digest);
  for (const { plan, digests } of liveContainers(roots)) {
    needed.add(plan);
    for (const digest of digests) for (const file of withEntry(roots, digest)) keep.add(file);
  }
  for (const { entry, plan } of ledgersOf(roots).flat()) {
    needed.add(plan);
    for (const file of withEntry(roots, entry)) keep.add(file);
  }
  for (const digest of plans) if (now - timeOf(planPath(roots, digest)) < GRACE) needed.add(digest);
  return needed;
}

/** A digest, and when it is that of an entry, what the entry needs. */
function withEntry(roots: Roots, digest: Hex): Hex[] {
  try {
    const path = `${roots.store}/${digest}`;
    if (statSync(path).size > 1024 * 1024) return [digest];
    const text = readFileSync(path, "utf8");
    if (!text.startsWith("{")) return [digest];
    const { hook, interpreter } = JSON.parse(text) as Partial<Entry>;
    return [digest, hook, interpreter?.digest].filter((one) => one !== undefined);
  } catch {
    return [digest];
  }
}

function planDigests({ plans }: Roots): Hex[] {
  const names = readdirSync(plans).filter((name) => name.endsWith(".json"));
  return names.map((name) => name.slice(0, -".json".length)).filter((name) => isHex(name));
}

function timeOf(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
