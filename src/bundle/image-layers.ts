/** The layers of an image in a layout, opened for a piece of work. */

import type { Layer } from "../layer/apply.ts";
import { close } from "../linux/descriptor.ts";
import type { UnpackableImage } from "./unpack-image.ts";

/** Opens the layers from number `first` on, up to `end`, at their beginnings, and closes them afterwards. Throws `Failure`. */
export function withLayers<T>(
  image: UnpackableImage,
  first: number,
  work: (layers: readonly Layer[]) => T,
  end?: number,
): T {
  const layers: Layer[] = [];
  try {
    for (const layer of image.layers.slice(first, end)) {
      layers.push({ ...layer, fd: image.layout.openBlob(layer.descriptor) });
    }
    return work(layers);
  } finally {
    for (const { fd } of layers) close(fd);
  }
}
