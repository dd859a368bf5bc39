/** `image list`: the tags of a layout. */

import { withLayout } from "../media/layout.ts";

/** In the order of the index; a tag that stands there twice is listed twice. */
export function listTags(path: string): string[] {
  return withLayout(path, (layout) => layout.references());
}
