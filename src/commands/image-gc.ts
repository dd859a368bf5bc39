/** `image gc`: remove what no tag leads to. */

import { withLayout } from "../media/layout.ts";

/** Digests of the removed blobs, and names of temporary directories. */
export function collectLayoutGarbage(path: string): string[] {
  return withLayout(path, (layout) => layout.collectGarbage());
}
