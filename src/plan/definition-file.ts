/** Which files of a directory are definitions, and what one is called when it does not say. */

import { fileName } from "../rules/hooks/order.ts";

const SUFFIXES = [".json", ".yaml", ".yml"] as const;

/** Whether a directory's entry is a definition; the suffix counts, exactly, as upstream's `.json` does. */
export function isDefinitionFile(name: string): boolean {
  return SUFFIXES.some((suffix) => name.endsWith(suffix));
}

export function isYaml(file: string): boolean {
  return file.endsWith(".yaml") || file.endsWith(".yml");
}

/** The file's name without its suffix. */
export function nameOfFile(file: string): string {
  const name = fileName(file);
  const suffix = SUFFIXES.find((one) => name.endsWith(one));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}
