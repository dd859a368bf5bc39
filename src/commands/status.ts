/** `status`: what is in force, whether it is sound, and what waits to be applied. */

import { lstatSync } from "node:fs";
import { missingFiles } from "../plan/apply.ts";
import { liveContainers } from "../plan/containers.ts";
import { DefinitionFailure } from "../plan/draft.ts";
import { previousDigest } from "../plan/links.ts";
import { pendingChanges } from "../plan/pending.ts";
import { type PlanInForce, readPlan } from "../plan/read.ts";
import { storedDigests } from "../plan/store.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface StatusOptions {
  host?: string;
}

export interface Status {
  /** Absent when there is no plan, or when it cannot be read: `fault` says why then. */
  plan?: string;
  generation?: number;
  created?: string;
  previous?: string;
  /** Why containers do not start: the plan in force cannot be read. */
  fault?: string;
  /** Digests of files that the plan names and the store has not, or has damaged. */
  missing: string[];
  definitions: number;
  hooks: number;
  edits: number;
  pending: {
    added: string[];
    removed: string[];
    changed: string[];
    /** Order, guard or runtime. */
    other: boolean;
    /** Why nothing can be applied now. */
    fault?: string;
  };
  store: { files: number; bytes: number };
  /** Containers that live under a plan, and how many of them under another than the one in force. */
  containers: { live: number; older: number };
}

/** Never throws for what is wrong with plan or definitions: saying so is its work. */
export async function status(roots: Roots, options: StatusOptions = {}): Promise<Status> {
  let inForce: PlanInForce | undefined;
  let fault: string | undefined;
  try {
    inForce = readPlan(roots);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    fault = error.message;
  }
  const previous = previousDigest(roots);
  const definitions = inForce?.plan.definitions ?? [];
  const live = liveContainers(roots);
  return {
    ...(inForce && {
      plan: `sha256:${inForce.digest}`,
      generation: inForce.plan.generation,
      created: inForce.plan.created,
    }),
    ...(previous !== undefined && { previous: `sha256:${previous}` }),
    ...(fault !== undefined && { fault }),
    missing: inForce === undefined ? [] : missingFiles(roots, inForce.plan),
    definitions: definitions.length,
    hooks: definitions.filter(({ entry }) => entry !== undefined).length,
    edits: definitions.filter(({ edits }) => edits !== undefined).length,
    pending: pending(roots, options),
    store: storeSize(roots),
    containers: { live: live.length, older: live.filter(({ plan }) => plan !== inForce?.digest).length },
  };
}

function pending(roots: Roots, options: StatusOptions): Status["pending"] {
  try {
    const { added, removed, changed, reordered, plan } = pendingChanges(roots, options).changes;
    const names = changed.map(({ name }) => name);
    return { added, removed, changed: names, other: reordered || plan.length > 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const fault = error instanceof DefinitionFailure ? (error.message.split("\n")[0] ?? "") : error.message;
    return { added: [], removed: [], changed: [], other: false, fault };
  }
}

function storeSize(roots: Roots): Status["store"] {
  const digests = storedDigests(roots);
  const bytes = digests.reduce((sum, digest) => sum + lstatSync(`${roots.store}/${digest}`).size, 0);
  return { files: digests.length, bytes };
}
