/** Where a container comes from: the engine whose bundle it is, and what that engine knows of its image. */

import { readEngineRecord } from "../container/engine-record.ts";
import { engineOf } from "../rules/hooks/engine-of.ts";
import type { InjectContext } from "../rules/hooks/inject.ts";
import { originIn } from "../rules/hooks/origin.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

/** `engine`, when it is known already. Files are looked into only where a definition asks for it. */
export function beginningOf(
  bundle: string,
  config: RuntimeConfig,
  known?: string,
): Pick<InjectContext, "engine" | "origin"> {
  const { annotations, root } = config;
  const engine = known ?? engineOf(bundle, annotations, readEngineRecord);
  const origin = originIn({ engine, bundle, annotations, rootPath: () => pathOf(root) }, readEngineRecord);
  return engine === undefined ? { origin } : { engine, origin };
}

function pathOf(root: unknown): string | undefined {
  const path = (root as { path?: unknown } | null | undefined)?.path;
  return typeof path === "string" ? path : undefined;
}
