/**
 * Following descriptors from the top of a layout: through indexes that lie in indexes to the images that a tag stands for.
 * No blob is read twice on the way, so indexes that refer to each other a million times are walked in as many steps as
 * there are blobs.
 */

import { Failure } from "../../spec/failure.ts";
import { type Descriptor, type ImageIndex, MEDIA_TYPE } from "../../spec/image.ts";
import { isIndex } from "../kind.ts";

/** The descriptors from an entry of index.json down to an image; the last one is the image's own. */
export type Walk = readonly [Descriptor, ...Descriptor[]];

/** Indexes inside one another that are followed. */
const DEPTH_LIMIT = 512;

/**
 * The walks to all that can be an image below the `roots`: manifests, and whatever has a media type that nobody here
 * knows. `readIndex` gives the content of an index; its errors pass.
 */
export function walksBelow(
  roots: readonly Descriptor[],
  readIndex: (descriptor: Descriptor) => ImageIndex,
): Walk[] {
  const walks: Walk[] = [];
  const seen = new Set<string>();
  const stack: Walk[] = roots.map((root): Walk => [root]).reverse();
  for (let walk = stack.pop(); walk !== undefined; walk = stack.pop()) {
    const last = endOf(walk);
    if (seen.has(last.digest)) continue;
    seen.add(last.digest);
    if (!isIndex(last)) {
      if (!isPart(last)) walks.push(walk);
      continue;
    }
    if (walk.length > DEPTH_LIMIT) {
      throw new Failure(
        "index_depth",
        `walk ${walk[0].digest}: more than ${DEPTH_LIMIT} indexes in one another`,
        {
          hint: "The image is made to mislead; get it from elsewhere.",
        },
      );
    }
    const { manifests } = readIndex(last);
    for (const child of manifests.toReversed()) stack.push([...walk, child]);
  }
  return walks;
}

/** The descriptor that a walk leads to. */
export function endOf(walk: Walk): Descriptor {
  return walk.at(-1) ?? walk[0];
}

/** What can only be a part of an image, and never one. */
function isPart({ mediaType }: Descriptor): boolean {
  const { config, layer, foreignLayer, dockerConfig, dockerLayer, dockerForeignLayer, empty } = MEDIA_TYPE;
  const [base = ""] = mediaType.split("+", 1);
  return [config, layer, foreignLayer, dockerConfig, dockerLayer, dockerForeignLayer, empty].some(
    (type) => type === mediaType || type === base,
  );
}
