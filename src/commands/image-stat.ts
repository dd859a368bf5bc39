/** `image stat`: what an image is made of, as it stands in the layout. */

import { decode } from "../linux/primitive.ts";
import { isConfig } from "../media/kind.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import {
  type Descriptor,
  type History,
  type ImageConfig,
  type Manifest,
  MEDIA_TYPE,
  type Platform,
} from "../spec/image.ts";

/** A document with the text that it was read from. */
export interface Stated<T> {
  readonly descriptor: Descriptor;
  readonly text: string;
  readonly document: T;
}

/** An entry of the history with the layer that it belongs to. */
export interface LayerHistory {
  readonly entry: History;
  readonly layer: Descriptor | undefined;
  readonly diffId: string | undefined;
}

export interface ImageState {
  readonly manifest: Stated<Manifest>;
  /** Undefined when the image's configuration is of a kind that nobody here knows. */
  readonly config: Stated<ImageConfig | undefined> | undefined;
  readonly history: readonly LayerHistory[] | undefined;
}

export function statImage(image: { path: string; tag: string }, platform: Platform | undefined): ImageState {
  return withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, platform);
    const descriptor = endOf(walk);
    // Checks the media type, and then the content, before the text is shown.
    const document = layout.readManifest(descriptor);
    const manifest = { descriptor, document, text: decode(layout.readBlob(descriptor)) };
    const { config: described } = document;
    const { mediaType } = described;
    const isImage = isConfig(described);
    if (!isImage && mediaType !== MEDIA_TYPE.empty)
      return { manifest, config: undefined, history: undefined };
    const text = decode(layout.readBlob(described));
    const config = isImage ? layout.readConfig(described) : undefined;
    const stated = { descriptor: described, document: config, text };
    return { manifest, config: stated, history: config && historyOf(document, config) };
  });
}

/** Entries that say they have a layer get the layers in turn; a history that is too long is shown all the same. */
function historyOf({ layers }: Manifest, { history = [], rootfs }: ImageConfig): LayerHistory[] {
  let next = 0;
  return history.map((entry) => {
    if (entry.empty_layer) return { entry, layer: undefined, diffId: undefined };
    const at = next++;
    return { entry, layer: layers[at], diffId: rootfs.diff_ids[at] };
  });
}
