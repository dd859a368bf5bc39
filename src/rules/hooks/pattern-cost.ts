/**
 * The proof that a backtracking RegExp answers in linear time. The text is hostile: 240 KiB of annotations, written by
 * whoever may create a container. A branch passes when these hold:
 *
 *  1. A branch that may begin anywhere has no unbounded repetition: every start is given up after a bounded number of
 *     steps.
 *  2. A repetition is *settled* when nothing that may follow it begins with one of its own characters: each character
 *     that the engine gives back is refused at once. Any number of settled repetitions may follow each other.
 *  3. Only one unbounded repetition may be unsettled, and none may come after it: each of its ends is tried once.
 *  4. Bounded choices (alternatives of a group, unsettled `a?` or `a{2,5}`) multiply what comes after them; the steps
 *     that one start can cost in all stay at or below 512.
 */

import { type CodePoints, disjoint } from "./code-points.ts";
import type { Branch, Item, Run } from "./pattern-syntax.ts";

const MOST_STEPS = 512;

/** Whether the platform's RegExp decides a branch, as `simplified` left it, in time linear in the text. */
export function isLinear({ start, items }: Branch): boolean {
  let unsettled = false;
  for (const [at, item] of items.entries()) {
    if (item.kind !== "run" || item.max !== Number.POSITIVE_INFINITY) continue;
    if (!start || unsettled) return false;
    unsettled = !isSettled(item, items.slice(at + 1));
  }
  return stepsOf(items) <= MOST_STEPS;
}

/** Steps from one start at most, not counting those that go with the text's length. */
function stepsOf(items: readonly Item[]): number {
  let rest = 1;
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at] as Item;
    if (item.kind === "group") {
      rest = item.branches.reduce((sum, branch) => sum + branch.length + rest, 1);
      continue;
    }
    const most = item.max === Number.POSITIVE_INFINITY ? item.min + 1 : item.max;
    const choices = isSettled(item, items.slice(at + 1)) ? 1 : most - item.min + 1;
    rest = most + choices * rest;
  }
  return rest;
}

/** Whether what follows refuses every character of `run`. At the end only `$` follows, which refuses any. */
function isSettled(run: Run, rest: readonly Item[]): boolean {
  for (const item of rest) {
    if (!firsts(item).every((set) => disjoint(run.set, set))) return false;
    if (!isOptional(item)) return true;
  }
  return true;
}

function firsts(item: Item): CodePoints[] {
  if (item.kind === "run") return [item.set];
  return item.branches.flatMap(([first]) => (first === undefined ? [] : [first]));
}

/** Whether an item may match nothing at all. */
export function isOptional(item: Item): boolean {
  return item.kind === "run" ? item.min === 0 : item.branches.some((branch) => branch.length === 0);
}
