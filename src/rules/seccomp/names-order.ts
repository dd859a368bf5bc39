/** The order of names in everything that is written: by code point, so that it is the same on every machine. */

/** A sorted copy, each name once. */
export function inCodePointOrder(names: Iterable<string>): string[] {
  // Names of calls, capabilities and fields are ASCII, where code units are code points.
  return [...new Set(names)].sort();
}
