/**
 * An image with one layer more: the descriptor joins the manifest's layers, the diff id the configuration's, and what made
 * the layer its history. Nothing else changes; the digest of the configuration is for whoever writes it.
 */

import {
  type Compression,
  type Descriptor,
  type History,
  type ImageConfig,
  type Manifest,
  MEDIA_TYPE,
} from "../../spec/image.ts";

/** umoci's annotation: plain bytes of a layer, where they are not those of the blob. */
const UNCOMPRESSED_SIZE = "ci.umo.uncompressed_blob_size";

export interface NewLayer {
  readonly compression: Compression;
  /** `sha256:…`, of the blob and of the plain bytes. */
  readonly digest: string;
  readonly diffId: string;
  readonly size: number;
  readonly plainSize: number;
}

export interface Image {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** Without `history` the image gets no entry for the layer. */
export function addLayer({ manifest, config }: Image, layer: NewLayer, history: History | undefined): Image {
  const { rootfs } = config;
  return {
    manifest: { ...manifest, layers: [...manifest.layers, descriptorOf(layer, manifest)] },
    config: {
      ...withHistory(config, history),
      rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, layer.diffId] },
    },
  };
}

/** The configuration with one entry more in its history; without `history`, as it is. */
export function withHistory(config: ImageConfig, history: History | undefined): ImageConfig {
  if (history === undefined) return config;
  return { ...config, history: [...(config.history ?? []), history] };
}

function descriptorOf({ compression, digest, size, plainSize }: NewLayer, manifest: Manifest): Descriptor {
  return {
    mediaType: mediaTypeOf(compression, manifest.mediaType === MEDIA_TYPE.dockerManifest),
    digest,
    size,
    ...(size !== plainSize && { annotations: { [UNCOMPRESSED_SIZE]: String(plainSize) } }),
  };
}

function mediaTypeOf(compression: Compression, docker: boolean): string {
  if (docker && compression === "gzip") return MEDIA_TYPE.dockerLayer;
  return compression === "none" ? MEDIA_TYPE.layer : `${MEDIA_TYPE.layer}+${compression}`;
}

/** What `--compress auto` means: as the last layer that is compressed in a way that we know, else gzip. */
export function usualCompression({ layers }: Manifest): Compression {
  for (const { mediaType } of layers.toReversed()) {
    const suffix = /[.+](gzip|zstd)$/.exec(mediaType)?.[1];
    if (suffix === "gzip" || suffix === "zstd") return suffix;
  }
  return "gzip";
}
