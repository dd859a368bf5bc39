/** `image squash`: several layers of an image become one. */

import { addImageLayer, commitImage } from "../bundle/add-image-layer.ts";
import { withLayers } from "../bundle/image-layers.ts";
import { unpackableImage } from "../bundle/unpack-image.ts";
import { mergeLayers } from "../layer/merge-layers.ts";
import { withLayout } from "../media/layout.ts";
import { withoutLayers } from "../rules/image/squash.ts";
import { Failure } from "../spec/failure.ts";
import type { Compression, Descriptor, Platform } from "../spec/image.ts";
import { timeOrNow } from "./image-time.ts";

export interface SquashRequest {
  readonly newTag: string;
  readonly platform: Platform | undefined;
  /** Number of the first layer that is squashed, from 1 on. */
  readonly from: number;
  readonly compression: Compression | "auto";
  /** Seconds since 1970 for the history; now when absent. */
  readonly created: number | undefined;
}

export interface Squashed {
  readonly manifest: Descriptor;
  /** Layers before, and now. */
  readonly before: number;
  readonly after: number;
}

/** Makes the image and lets the new tag stand for it. @throws Failure */
export function squashImage(image: { path: string; tag: string }, request: SquashRequest): Squashed {
  return withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, request.platform);
    const source = unpackableImage(layout, walk);
    const first = request.from - 1;
    const before = source.layers.length;
    if (first < 0 || first >= before) {
      throw new Failure(
        "layer_missing",
        `squash ${image.tag} from layer ${request.from}: it has ${before} layers`,
        {
          hint: "`image stat` lists the layers, the lowest first.",
        },
      );
    }
    const changed = addImageLayer({
      layout,
      image: withoutLayers(source, first),
      compression: request.compression,
      history: {
        created: timeOrNow(request.created),
        created_by: "hookwright image squash",
        comment: `layers ${request.from} to ${before} in one`,
      },
      fill: (stream) =>
        mergeLayers({
          withLayers: (work) => withLayers(source, first, work),
          ...(first > 0 && { withLower: (work) => withLayers(source, 0, work, first) }),
          emit: (bytes) => stream.write(bytes),
        }),
    });
    const manifest = commitImage(layout, request.newTag, walk, changed);
    return { manifest, before, after: changed.manifest.layers.length };
  });
}
