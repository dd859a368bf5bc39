/** `image remove`: take a tag away. */

import { withLayout } from "../media/layout.ts";

/** Returns whether the tag was there. */
export function removeTag({ path, tag }: { path: string; tag: string }): boolean {
  return withLayout(path, (layout) => layout.removeReference(tag));
}
