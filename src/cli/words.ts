/** How values are said to people in more than one table. */

import type { Standing } from "../observe/runs.ts";
import type { Tone } from "./answer.ts";

/** A UUIDv7 up to its first random digits; two runs of one millisecond still differ. */
export function shortRun(run: string, full: boolean): string {
  return full ? run : run.slice(0, 18);
}

/** Twelve characters, as engines show it. */
export function shortContainer(id: string, full: boolean): string {
  return full ? id : id.slice(0, 12);
}

/** Two digits after the point below ten, one below a hundred. */
export function milliseconds(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

/** A share of one as percent, never rounded to 0 or 100 unless it is. */
export function percent(share: number): string {
  const digits = share === 0 || share === 1 ? 0 : 1;
  const shown = Math.min(Math.max(share * 100, share > 0 ? 0.1 : 0), share < 1 ? 99.9 : 100);
  return `${shown.toFixed(digits)}%`;
}

export function standing(result: Standing): { text: string; tone: Tone } {
  if (result === "ok") return { text: result, tone: "good" };
  return { text: result, tone: result === "running" ? "faint" : "bad" };
}

/** `sha256:` and twelve digits. */
export function shortDigest(digest: string, full: boolean): string {
  return full ? digest : digest.slice(0, "sha256:".length + 12);
}

/** `name  value` lines with the values in one column; those without a value are left out. */
export function factLines(facts: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const present = facts.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const width = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** `1 hook`, `2 hooks`, `3 processes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}
