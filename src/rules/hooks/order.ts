/**
 * The order of definitions: by lower-cased file name, code point by code point, as go.podman.io/common/pkg/hooks sorts
 * them. Where that leaves two equal (`A.json` and `a.json`), upstream's order is left to chance; ours is by exact name.
 */

/** Definitions in the order in which they are applied; the list that is given stays as it is. */
export function sortDefinitions<T extends { readonly file: string }>(definitions: readonly T[]): T[] {
  const named = definitions.map((definition) => {
    const name = fileName(definition.file);
    return { definition, name, lower: lowerCase(name) };
  });
  named.sort((a, b) => compareCodePoints(a.lower, b.lower) || compareCodePoints(a.name, b.name));
  return named.map(({ definition }) => definition);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Orders by code points, as Go compares UTF-8; JavaScript's own `<` compares UTF-16 units. Negative, 0 or positive. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Puts the surrogates after the rest of the basic plane, where the code points that they spell belong. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Go's `strings.ToLower`: each code point by itself, and only to a single one. */
function lowerCase(text: string): string {
  let lower = "";
  for (const char of text) {
    const one = char === "\u0130" ? "i" : char.toLowerCase();
    lower += [...one].length === 1 ? one : char;
  }
  return lower;
}
