/** The entries of a plan, read back from the store, for those who show plans to people. */

import { readFileSync } from "node:fs";
import type { Entry, Hex, Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { digestOf } from "./store.ts";

/** Entries by digest; one that is missing or damaged is left out. */
export function entriesOf(roots: Roots, plan: Plan): Map<Hex, Entry> {
  const entries = new Map<Hex, Entry>();
  for (const { entry } of plan.definitions) {
    if (entry === undefined) continue;
    try {
      const text = readFileSync(`${roots.store}/${entry}`, "utf8");
      if (digestOf(text) === entry) entries.set(entry, JSON.parse(text) as Entry);
    } catch {
      // `status` counts what the store lacks.
    }
  }
  return entries;
}
