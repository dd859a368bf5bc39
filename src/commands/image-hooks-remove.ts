/** `image hooks remove`: takes hooks away from an image of a layout. What nothing refers to any more goes with `image gc`. */

import { removeImageHooks } from "../media/image-hooks.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import { Failure } from "../spec/failure.ts";
import type { Platform } from "../spec/image.ts";
import { annotateEntry, isAnnotated } from "./image-hooks-annotation.ts";

export interface RemoveHooks {
  image: { path: string; tag: string };
  platform?: Platform;
  /** Digest of one artifact; all when absent. */
  artifact?: string;
}

/** Removes, and returns the artifacts' digests. Throws `Failure` `hooks_missing` for a digest that is not there. */
export function removeHooksOfImage({ image, platform, artifact }: RemoveHooks): {
  image: string;
  removed: string[];
} {
  return withLayout(image.path, (layout) => {
    const target = endOf(layout.resolve(image.tag, platform));
    const removed = removeImageHooks(layout, target, artifact);
    if (artifact !== undefined && removed.length === 0) {
      throw new Failure(
        "hooks_missing",
        `remove hooks of ${image.path}:${image.tag}: it does not carry ${artifact}`,
        {
          hint: "`hookwright image hooks list` says what it carries",
        },
      );
    }
    if (isAnnotated(layout, image.tag)) annotateEntry(layout, image.tag, target);
    return { image: target.digest, removed };
  });
}
