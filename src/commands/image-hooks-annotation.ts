/** The word in index.json that an image carries hooks, for tools that read nothing else. The image itself stays as it is. */

import { tagOf } from "../media/layout/tag.ts";
import type { Layout } from "../media/layout.ts";
import { layoutReferrers } from "../media/layout-referrers.ts";
import type { Descriptor } from "../spec/image.ts";
import { CARRIES_HOOKS, HOOKS_TYPE } from "../spec/image-hooks.ts";

/** Makes the annotation of the tag's entry name the hooks that the image carries now; none, and it goes. */
export function annotateEntry(layout: Layout, tag: string, image: Descriptor): void {
  const carried = layoutReferrers(layout, image.digest).filter(
    ({ artifactType }) => artifactType === HOOKS_TYPE.hooks,
  );
  layout.editIndex((index) => ({
    ...index,
    manifests: index.manifests.map((entry) => {
      if (tagOf(entry) !== tag) return entry;
      const { [CARRIES_HOOKS]: _, ...others } = entry.annotations ?? {};
      const said = carried.map(({ digest }) => digest).join(" ");
      return { ...entry, annotations: said === "" ? others : { ...others, [CARRIES_HOOKS]: said } };
    }),
  }));
}

export function isAnnotated(layout: Layout, tag: string): boolean {
  return layout
    .index()
    .manifests.some((entry) => tagOf(entry) === tag && entry.annotations?.[CARRIES_HOOKS] !== undefined);
}
