/** Sets as sorted lists, which is how recordings and profiles keep them. */

export function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is in any of the lists, sorted. */
export function union<T>(lists: readonly (readonly T[])[], order: (a: T, b: T) => number): T[] {
  return [...new Set(lists.flat())].sort(order);
}

/** What is in all of the lists, sorted. */
export function intersection<T>(lists: readonly (readonly T[])[], order: (a: T, b: T) => number): T[] {
  const [first, ...others] = lists;
  const sets = others.map((list) => new Set(list));
  return [...new Set(first)].filter((item) => sets.every((set) => set.has(item))).sort(order);
}
