/** An image whose upper layers are about to be replaced by one: what made them stays in its history, without a layer. */

import type { ImageConfig, Manifest } from "../../spec/image.ts";
import type { Image } from "./add-layer.ts";

/** The image with its lowest `kept` layers. */
export function withoutLayers(
  { manifest, config }: { manifest: Manifest; config: ImageConfig },
  kept: number,
): Image {
  let layer = 0;
  const history = config.history?.map((entry) => {
    if (entry.empty_layer) return entry;
    return layer++ < kept ? entry : { ...entry, empty_layer: true };
  });
  return {
    manifest: { ...manifest, layers: manifest.layers.slice(0, kept) },
    config: {
      ...config,
      rootfs: { ...config.rootfs, diff_ids: config.rootfs.diff_ids.slice(0, kept) },
      ...(history !== undefined && { history }),
    },
  };
}
