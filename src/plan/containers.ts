/**
 * What is known of the containers that live under some plan: records in the run directory, and event spools. A container
 * lives as long as its bundle still names the plan; what is left of others is swept away.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { type ContainerRecord, recordPath } from "../container/record.ts";
import { dropSpool } from "../container/spool.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { type Hex, isHex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

export interface LiveContainer extends Readonly<ContainerRecord> {
  /** Every digest that its config.json names: plan, guard, entries. */
  readonly digests: ReadonlySet<Hex>;
}

type Found =
  | { readonly state: "live"; readonly container: LiveContainer }
  | { readonly state: "gone" | "unclear" };

const SUFFIX = ".json";
/** Record and spool are made before config.json names the plan; what is younger may be on its way. Milliseconds. */
const GRACE = 10 * 60 * 1000;
/** A container's key: the name of its record and of its spool. */
const KEY_LENGTH = 32;

/** The containers whose config.json names the plan that their record names. */
export function liveContainers(roots: Roots): LiveContainer[] {
  const found = recordKeys(roots).map((key) => look(recordPath(roots, key)));
  return found.flatMap((one) => (one.state === "live" ? [one.container] : []));
}

/** Removes records and spools of containers that are no more; returns how many containers. */
export function sweepContainers(roots: Roots, now: number): number {
  const keys = new Set([
    ...recordKeys(roots),
    ...names(roots.spool).filter((name) => isHex(name, KEY_LENGTH)),
  ]);
  let swept = 0;
  for (const key of keys) {
    const record = recordPath(roots, key);
    const { state } = look(record);
    if (state === "live") continue;
    const newest = Math.max(timeOf(record), timeOf(`${roots.spool}/${key}`));
    if (state === "unclear" && now - newest < GRACE) continue;
    dropSpool(`${roots.spool}/${key}`);
    unlinkIfThere(record);
    swept++;
  }
  return swept;
}

function look(record: string): Found {
  let bundle: string;
  let id: string;
  let plan: string;
  try {
    const first = readFileSync(record, "utf8").split("\n", 1)[0] ?? "";
    ({ id, bundle, plan } = JSON.parse(first) as ContainerRecord);
  } catch {
    return { state: "unclear" };
  }
  if (typeof id !== "string" || typeof bundle !== "string" || typeof plan !== "string")
    return { state: "unclear" };
  try {
    const config = readFileSync(`${bundle}/config.json`, "utf8");
    const digests = new Set(config.match(/\b[0-9a-f]{64}\b/g) ?? []);
    return digests.has(plan)
      ? { state: "live", container: { id, bundle, plan, digests } }
      : { state: "unclear" };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return { state: code === "ENOENT" || code === "ENOTDIR" ? "gone" : "unclear" };
  }
}

function recordKeys(roots: Roots): string[] {
  const keys = names(roots.containers).filter((name) => name.endsWith(SUFFIX));
  return keys.map((name) => name.slice(0, -SUFFIX.length)).filter((key) => isHex(key, KEY_LENGTH));
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function timeOf(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
