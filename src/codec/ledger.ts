/** A file of the ledger: what in it is yet to be undone. */

import type { Remembered, Undone } from "../spec/ledger.ts";

/** A line that nobody has undone. */
export interface Left extends Remembered {
  /** Number of the line, from 0. */
  readonly line: number;
}

/**
 * What is left, in the order in which it was done. A line that is not whole is passed over: it was being written when its writer died or
 * the disk was full, and the work that it speaks of is begun only when it is whole.
 */
export function readLedger(text: string): Left[] {
  const left = new Map<number, Left>();
  for (const [line, words] of text.split("\n").entries()) {
    const value = parsed(words);
    if (value === undefined) continue;
    if ("undone" in value) left.delete(value.undone);
    else left.set(line, { ...value, line });
  }
  return [...left.values()];
}

/** The line, with what ends it. */
export function ledgerLine(record: Remembered | Undone): string {
  return `${JSON.stringify(record)}\n`;
}

function parsed(words: string): Remembered | Undone | undefined {
  let value: unknown;
  try {
    value = JSON.parse(words);
  } catch {
    return undefined;
  }
  return typeof value === "object" && value !== null && "v" in value && value.v === 1
    ? (value as Remembered | Undone)
    : undefined;
}
