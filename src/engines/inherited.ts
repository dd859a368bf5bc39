/** What a handler takes over from another one: all of its options that can be written again. */

import type { Data, Value } from "../codec/config/mark.ts";
import { isData } from "./layers.ts";

/** A copy; times, and numbers that a double cannot hold, are left out. */
export function inherited(table: Data): { [key: string]: Value } {
  const pairs = Object.entries(table).flatMap(([key, value]): [string, Value][] => {
    const copy = copied(value);
    return copy === undefined ? [] : [[key, copy]];
  });
  return Object.fromEntries(pairs);
}

function copied(value: unknown): Value | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (Array.isArray(value)) return value.map(copied).filter((one) => one !== undefined);
  return isData(value) ? inherited(value) : undefined;
}
