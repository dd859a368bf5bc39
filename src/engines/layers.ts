/** Configurations that are made of several files: a later one has the last word on each key, and lists are not joined. */

import { readdirSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Data, Path } from "../codec/config/mark.ts";
import { toml } from "../codec/config/toml.ts";
import type { ReadPristine } from "./engine.ts";

/** What each of the files says that is there, the last one first. */
export function layersOf(files: readonly string[], read: ReadPristine): Data[] {
  return files
    .flatMap((file) => {
      const text = read(file);
      return text === undefined ? [] : [toml.data(text, file)];
    })
    .reverse();
}

/** The value at a path in the first layer that has one. */
export function valueIn(layers: readonly Data[], path: Path): unknown {
  for (const layer of layers) {
    let value: unknown = layer;
    for (const key of path) value = isData(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A text at a path; undefined for anything else, and for an empty one. */
export function textIn(layers: readonly Data[], path: Path): string | undefined {
  const value = valueIn(layers, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The table at a path, put together from all layers that have it. */
export function tableIn(layers: readonly Data[], path: Path): Data {
  const tables = layers.map((layer) => valueIn([layer], path)).filter(isData);
  return Object.assign({}, ...tables.reverse()) as Data;
}

/** Texts of a list at a path; undefined when there is no list. */
export function textsIn(layers: readonly Data[], path: Path): string[] | undefined {
  const value = valueIn(layers, path);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

/** Files of a directory with that ending, in the order in which engines read them; those of a glob `DIR/*.toml`. */
export function filesIn(directory: string, ending: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith(ending));
    return names.sort().map((name) => join(directory, name));
  } catch {
    return [];
  }
}

/** The files that an `imports` list stands for; a star stands for any name, in the last part of a path only. */
export function importedFiles(main: string, imports: readonly string[]): string[] {
  return imports.flatMap((one) => {
    const path = isAbsolute(one) ? one : join(dirname(main), one);
    const star = /^(.*)\/\*([^*/]*)$/.exec(path);
    return star === null ? [path] : filesIn(star[1] ?? "", star[2] ?? "");
  });
}

export function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
