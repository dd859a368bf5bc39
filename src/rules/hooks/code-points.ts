/**
 * Sets of Unicode code points, as sorted, disjoint, inclusive ranges laid flat: `[lo, hi, lo, hi]`. The pattern
 * compiler proves with them that two classes have nothing in common.
 */

export type CodePoints = readonly number[];

const LAST = 0x10ffff;

/** Sorts the ranges and joins those that touch. */
export function normalized(ranges: CodePoints): CodePoints {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of pairs) {
    const last = out.length - 1;
    if (last > 0 && lo <= (out[last] as number) + 1) out[last] = Math.max(out[last] as number, hi);
    else out.push(lo, hi);
  }
  return out;
}

/** Every code point that is not in `set`. */
export function complement(set: CodePoints): CodePoints {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i + 1 < set.length; i += 2) {
    if (next < (set[i] as number)) out.push(next, (set[i] as number) - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= LAST) out.push(next, LAST);
  return out;
}

/** Whether no code point is in both. */
export function disjoint(a: CodePoints, b: CodePoints): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) < (b[j] as number)) i += 2;
    else if ((b[j + 1] as number) < (a[i] as number)) j += 2;
    else return false;
  }
  return true;
}

/** The one code point of the set, or undefined when it has none or several. */
export function only(set: CodePoints): number | undefined {
  return set.length === 2 && set[0] === set[1] ? set[0] : undefined;
}
