/** What a container was made of, for the guard: the engine's own records, found by the configuration in the bundle. */

import type { Container } from "../codec/state.ts";
import { readEngineRecord } from "../container/engine-record.ts";
import { type Origin, originIn } from "../rules/hooks/origin.ts";

export function originFor({ bundle, annotations }: Container, engine: string | undefined): () => Origin {
  return originIn({ engine, bundle, annotations, rootPath: () => configIn(bundle).root }, readEngineRecord);
}

/** What the guard uses of the bundle's config.json. */
export function configIn(bundle: string): {
  root?: string;
  command?: string;
  hooks: { [stage: string]: unknown };
} {
  const nothing = { hooks: {} };
  const text = readEngineRecord(`${bundle}/config.json`);
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
