/** The system call that a misspelt name was meant to be: one letter added, lost, changed or swapped with its neighbour. */

import { namesOfAbi } from "./names.ts";

export function nearestName(wrong: string): string | undefined {
  const word = wrong.toLowerCase();
  const all = new Set((["x86_64", "i386", "aarch64"] as const).flatMap((abi) => namesOfAbi(abi)));
  return all.has(word) ? word : [...all].find((name) => isNear(word, name));
}

function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || b.length < 4) return false;
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  if (a.slice(head + 1) === b.slice(head + 1) || a.slice(head + 1) === b.slice(head)) return true;
  if (a.slice(head) === b.slice(head + 1)) return true;
  return a[head] === b[head + 1] && a[head + 1] === b[head] && a.slice(head + 2) === b.slice(head + 2);
}
