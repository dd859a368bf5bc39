/**
 * The two links of the plans' directory: `current`, which is the plan in force, and `previous`, to which `rollback`
 * returns. Each is replaced in one step; `previous` first, so that a crash between the two loses nothing.
 */

import { utimesSync } from "node:fs";
import { rename, symlink, unlinkIfThere } from "../linux/link.ts";
import { randomHex } from "../linux/random.ts";
import { syncDirectory } from "../linux/replace.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { linkedDigest, planPath } from "./read.ts";

function previousLink(roots: Roots): string {
  return `${roots.plans}/previous`;
}

/** Digest of the previous plan; undefined when there is none, or its link is no good. */
export function previousDigest(roots: Roots): Hex | undefined {
  try {
    return linkedDigest(previousLink(roots));
  } catch {
    return undefined;
  }
}

/**
 * Puts the plan `next` in force, and remembers `outgoing`. The outgoing plan's time is set to now: since then it is out
 * of force, which the collector reads.
 */
export function putInForce(roots: Roots, next: Hex, outgoing: Hex | undefined): void {
  if (outgoing !== undefined && outgoing !== next) {
    pointTo(roots, previousLink(roots), outgoing);
    touch(planPath(roots, outgoing));
  }
  pointTo(roots, roots.current, next);
  syncDirectory(roots.plans);
}

function pointTo(roots: Roots, link: string, digest: Hex): void {
  const temporary = `${roots.plans}/.link.${randomHex(6)}`;
  symlink(`${digest}.json`, temporary);
  try {
    rename(temporary, link);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // A plan that is gone needs no time; one that cannot be touched is kept by its link.
  }
}
