/** Reading an image for unpacking: what it must say is checked before the first file is made. */

import { type ApplyOptions, applyLayers, type Layer } from "../layer/apply.ts";
import type { Tree } from "../layer/tree.ts";
import { close } from "../linux/descriptor.ts";
import { isManifest } from "../media/kind.ts";
import { endOf, type Walk } from "../media/layout/walk.ts";
import type { Layout } from "../media/layout.ts";
import { layerCompression } from "../rules/image/layer-type.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { Compression, Descriptor, ImageConfig, Manifest } from "../spec/image.ts";

export interface UnpackableImage {
  readonly layout: Layout;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  readonly layers: readonly { descriptor: Descriptor; diffId: string; compression: Compression }[];
}

/** The image that a tag led to. Throws `Failure`: also for an image that is not for Linux, or whose layers are not known. */
export function unpackableImage(layout: Layout, walk: Walk): UnpackableImage {
  const last = endOf(walk);
  if (!isManifest(last)) {
    throw refused(
      `invalid saved from descriptor: descriptor does not point to a manifest: not implemented: ${last.mediaType}`,
    );
  }
  const manifest = layout.readManifest(last);
  const config = layout.readConfig(manifest.config);
  const { type, diff_ids } = config.rootfs;
  if (type !== "layers") throw refused(`unpack manifest: config: unsupported rootfs.type: ${type}`);
  if (config.os !== "linux") throw refused(`unpack manifest: unsupported OS: ${JSON.stringify(config.os)}`);
  if (diff_ids.length !== manifest.layers.length) {
    throw refused(
      `unpack manifest: the image has ${manifest.layers.length} layers and ${diff_ids.length} diff ids`,
    );
  }
  const layers = manifest.layers.map((descriptor, at) => {
    try {
      return { descriptor, diffId: diff_ids[at] ?? "", compression: layerCompression(descriptor.mediaType) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw failureWithin(`unpack manifest: layer ${descriptor.digest}`, error);
    }
  });
  return { layout, manifest, config, layers };
}

/** Unpacks the image's layers below the open directory `root`. Throws `Failure`. */
export async function unpackLayers(
  image: UnpackableImage,
  root: number,
  options: ApplyOptions,
): Promise<Tree> {
  const layers: Layer[] = [];
  try {
    for (const layer of image.layers) {
      layers.push({ ...layer, fd: image.layout.openBlob(layer.descriptor) });
    }
    return await applyLayers(root, layers, options);
  } finally {
    for (const { fd } of layers) close(fd);
  }
}

function refused(message: string): Failure {
  return new Failure("image_unsupported", message, {
    hint: "Only images of a Linux root file system can be unpacked.",
  });
}
