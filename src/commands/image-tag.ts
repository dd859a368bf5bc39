/** `image tag`: a further name for an image. */

import { tagOf } from "../media/layout/tag.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import type { Platform } from "../spec/image.ts";

/** Gives the tag `name` to what `image` names, or to the part of it that is for `platform`. Throws `Failure` `tag_…`. */
export function tagImage(image: { path: string; tag: string }, name: string, platform?: Platform): void {
  withLayout(image.path, (layout) => {
    const entries = layout.index().manifests.filter((one) => tagOf(one) === image.tag);
    const [only] = entries;
    // All platforms of one entry may keep together; two entries of one tag have to be told apart.
    if (only !== undefined && entries.length === 1 && platform === undefined) layout.putReference(name, only);
    else {
      const walk = layout.resolve(image.tag, platform);
      layout.putReference(name, endOf(walk));
    }
  });
}
