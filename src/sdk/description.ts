/** What a hook's program says of itself when it is asked: its name, where it may be attached, and its options. */

import type { Hook } from "./define.ts";
import { variableOf, wordOf } from "./option.ts";

/** The only word of a program that is asked, as `hookwright hook build` does. */
export const DESCRIBE = "--describe";

/** What it prints then, as JSON. */
export interface Description {
  name: string;
  stages: readonly string[];
  options: { word: string; variable?: string; means: string; fallback?: unknown; optional?: boolean }[];
}

export function describe({ name, stages, options }: Hook): Description {
  return {
    name,
    stages,
    options: Object.entries(options).map(([key, option]) => ({
      word: wordOf(key, option),
      ...(option.takes === "rest" ? {} : { variable: variableOf(name, key) }),
      means: option.means,
      ...(option.fallback === undefined ? {} : { fallback: option.fallback }),
      ...(option.optional ? { optional: true } : {}),
    })),
  };
}
