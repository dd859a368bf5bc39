/** Prints the bench's table, and remembers the budgets that were missed. */

import type { Samples } from "./work.ts";

const missed: string[] = [];

/**
 * Milliseconds that an empty static process takes where the budgets were set. Another machine's budget is as many times its own
 * empty process: what the budgets promise is a ratio.
 */
const EMPTY = 0.6;

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** One line for a plain figure, against its budget, which is the same on every machine. */
export function figure(name: string, value: number, budget?: number): void {
  line(name, [value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)], budget, value);
}

/** One line for what others are compared with: its median. */
export function baseline(name: string, times: Samples): void {
  line(name, [`${median(times[name] ?? []).toFixed(2)} ms`]);
}

/**
 * One line for a case beside its base: the median, the median of the pairwise differences, the ratio. The budget is in
 * milliseconds over the base where the process called `empty`, the base unless it is named, takes EMPTY.
 */
export function compare(name: string, times: Samples, base: string, budget?: number, empty = base): void {
  const bare = times[base] ?? [];
  const own = times[name] ?? [];
  const over = median(own.map((value, at) => value - (bare[at] ?? 0)));
  const ratio = `×${(median(own) / median(bare)).toFixed(2)}`;
  const cells = [`${median(own).toFixed(2)} ms`, `${signed(over)} ms`, ratio];
  line(name, cells, budget && (budget / EMPTY) * median(times[empty] ?? []), over);
}

/** One line for a case whose budget is its ratio to the base. */
export function ratio(name: string, times: Samples, own: string, base: string, budget: number): void {
  const [taken, bare] = [median(times[own] ?? []), median(times[base] ?? [])];
  const cells = [`${taken.toFixed(0)} ms`, `${bare.toFixed(0)} ms`, `×${(taken / bare).toFixed(2)}`];
  line(name, cells, budget, taken / bare);
}

/** Names the missed budgets; returns the exit status. */
export function verdict(): number {
  console.log(missed.length === 0 ? "\nall budgets hold" : `\nmissed: ${missed.join("; ")}`);
  return missed.length === 0 ? 0 : 1;
}

function line(name: string, cells: string[], budget?: number, value?: number): void {
  const held = budget === undefined || value === undefined || value <= budget;
  if (!held) missed.push(name.trim());
  const note = budget === undefined ? "" : `${held ? "within" : "MISSES"} ${Number(budget.toFixed(2))}`;
  console.log(`  ${name.padEnd(36)}${cells.map((cell) => cell.padStart(11)).join("")}  ${note}`.trimEnd());
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
}
