/**
 * The order of definitions: by lower-cased file name, code point by code point, as go.podman.io/common/pkg/hooks sorts
 * them. Where that leaves two equal (`A.json` and `a.json`), upstream's order is left to chance; ours is by exact name.
 */

import { compareCodePoints } from "../../codec/code-points.ts";

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

/** Go's `strings.ToLower`: each code point by itself, and only to a single one. */
function lowerCase(text: string): string {
  let lower = "";
  for (const char of text) {
    const one = char === "\u0130" ? "i" : char.toLowerCase();
    lower += [...one].length === 1 ? one : char;
  }
  return lower;
}
