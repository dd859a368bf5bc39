/** `image hooks list`: what hooks an image carries, with the digests of their programs, and whether this host takes them. */

import { readImageHooks } from "../media/image-hooks.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import { readConfiguration } from "../plan/configuration.ts";
import { isTrusted } from "../plan/image-trust.ts";
import { readDefinition } from "../plan/read-definition.ts";
import type { Platform } from "../spec/image.ts";
import type { Roots } from "../spec/roots.ts";

export interface ListedHook {
  /** Of the artifact. */
  artifact: string;
  name: string;
  stages: string[];
  /** Digest of the program; absent for a definition that only edits. */
  program?: string;
  repository?: string;
  signatures: number;
  /** Whether this host's configuration trusts one of them. */
  trusted: boolean;
}

/** Lists. Throws `Failure`, of layout and artifacts. */
export function listImageHooks(
  roots: Roots,
  { image, platform }: { image: { path: string; tag: string }; platform?: Platform },
): { image: string; hooks: ListedHook[] } {
  const { trust } = readConfiguration(roots);
  return withLayout(image.path, (layout) => {
    const target = endOf(layout.resolve(image.tag, platform));
    const hooks = readImageHooks(layout, target).flatMap((carried) =>
      carried.definitions.map(({ name, text }): ListedHook => {
        const { definition } = readDefinition(name, text, "check");
        const program = definition?.hook && definition.guard.digest;
        return {
          artifact: carried.digest,
          name: definition?.name ?? name,
          stages: definition?.stages ?? [],
          ...(program !== undefined && { program }),
          ...(carried.repository !== undefined && { repository: carried.repository }),
          signatures: carried.signatures.length,
          trusted: isTrusted(carried, trust),
        };
      }),
    );
    return { image: target.digest, hooks };
  });
}
