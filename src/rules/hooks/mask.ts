/**
 * Definition directories have increasing precedence: a file in a later one takes the place of every file of the same
 * name in an earlier one, whole and by exact name. So `{"version": "1.0.0", …, "when": {}}` under the same name in /etc
 * switches a packaged definition off.
 */

import { fileName } from "./order.ts";

export interface Masking<T> {
  /** What remains, in no particular order. */
  kept: T[];
  masked: { definition: T; by: T }[];
}

/** Masks by file name; `directories` hold the definitions of each directory, in increasing precedence. */
export function maskDefinitions<T extends { readonly file: string }>(
  directories: readonly (readonly T[])[],
): Masking<T> {
  const kept = new Map<string, T>();
  const masked: { definition: T; by: T }[] = [];
  for (const directory of directories) {
    for (const by of directory) {
      const name = fileName(by.file);
      const definition = kept.get(name);
      if (definition !== undefined) masked.push({ definition, by });
      kept.set(name, by);
    }
  }
  return { kept: [...kept.values()], masked };
}
