/** What a container was made of, for the guard: the engine's own records, found by the configuration in the bundle. */

import type { Container } from "../codec/state.ts";
import { readTextIfPossible } from "../linux/read.ts";
import { type Origin, originIn } from "../rules/hooks/origin.ts";

/** More than an engine with thousands of containers writes into one file. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** The text of a file of an engine; null when it cannot be had. */
export function readRecord(path: string): string | null {
  return readTextIfPossible(path, MAX_RECORD_BYTES);
}

export function originFor({ bundle, annotations }: Container, engine: string | undefined): () => Origin {
  return originIn({ engine, bundle, annotations, rootPath: () => configIn(bundle).root }, readRecord);
}

/** What the guard uses of the bundle's config.json. */
export function configIn(bundle: string): {
  root?: string;
  command?: string;
  hooks: { [stage: string]: unknown };
} {
  const nothing = { hooks: {} };
  const text = readRecord(`${bundle}/config.json`);
  if (text === null) return nothing;
  try {
    const { root, process, hooks } = JSON.parse(text) ?? {};
    const path: unknown = root?.path;
    const command: unknown = process?.args?.[0];
    return {
      hooks: typeof hooks === "object" && hooks !== null ? hooks : {},
      ...(typeof path === "string" && { root: path }),
      ...(typeof command === "string" && { command }),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
}
