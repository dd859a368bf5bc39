/** The containers that still live under some plan: records in the run directory whose bundle still names the plan. */

import { readdirSync, readFileSync } from "node:fs";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

export interface LiveContainer {
  readonly id: string;
  readonly bundle: string;
  readonly plan: Hex;
  /** Every digest that its config.json names: plan, guard, entries. */
  readonly digests: ReadonlySet<Hex>;
}

/** The live ones. A record whose bundle is gone, or no longer names the plan, is of a container that is no more. */
export function liveContainers(roots: Roots): LiveContainer[] {
  let names: string[];
  try {
    names = readdirSync(roots.containers);
  } catch {
    return [];
  }
  return names.map((name) => liveContainer(`${roots.containers}/${name}`)).filter((one) => one !== undefined);
}

function liveContainer(record: string): LiveContainer | undefined {
  try {
    const first = readFileSync(record, "utf8").split("\n", 1)[0] ?? "";
    const { id, bundle, plan } = JSON.parse(first) as Partial<LiveContainer>;
    if (typeof id !== "string" || typeof bundle !== "string" || typeof plan !== "string") return undefined;
    const config = readFileSync(`${bundle}/config.json`, "utf8");
    const digests = new Set(config.match(/\b[0-9a-f]{64}\b/g) ?? []);
    return digests.has(plan) ? { id, bundle, plan, digests } : undefined;
  } catch {
    return undefined;
  }
}
