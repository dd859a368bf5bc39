/** How values are said to people in more than one table. */

import type { Standing } from "../observe/runs.ts";
import type { Cell } from "./answer.ts";

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

export function standing(result: Standing): Cell {
  if (result === "ok") return { text: result, tone: "good" };
  return { text: result, tone: result === "running" ? "faint" : "bad" };
}
