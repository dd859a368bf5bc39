/**
 * Putting a new layer into a layout and on top of an image: the blob first, then the configuration, then the manifest, and
 * at last the tag. Whatever ends it before leaves the layout as it was, with blobs that `gc` takes away.
 */

import { CONFIG, MANIFEST } from "../codec/image/shapes.ts";
import { LayerStream } from "../layer/layer-stream.ts";
import { LinuxError } from "../linux/error.ts";
import { fstat } from "../linux/stat.ts";
import { endOf, type Walk } from "../media/layout/walk.ts";
import type { Layout } from "../media/layout.ts";
import { addLayer, type Image, usualCompression } from "../rules/image/add-layer.ts";
import { Failure } from "../spec/failure.ts";
import type { Compression, Descriptor, History } from "../spec/image.ts";

export interface LayerPlan {
  readonly layout: Layout;
  /** The image that gets the layer. */
  readonly image: Image;
  readonly compression: Compression | "auto";
  readonly history: History | undefined;
  /** Writes the plain tar; what it throws ends it all. */
  readonly fill: (stream: LayerStream) => void;
}

/** Adds the layer, and returns the new image with its blobs written but without a tag. Throws `Failure`. */
export function addImageLayer(plan: LayerPlan): Image {
  const { image } = plan;
  const compression = plan.compression === "auto" ? usualCompression(image.manifest) : plan.compression;
  const writer = plan.layout.createBlob();
  const stream = new LayerStream(compression, writer.fd);
  try {
    plan.fill(stream);
    const { diffId, plainSize, digest } = stream.finish();
    const { size } = fstat(writer.fd);
    writer.commit(digest);
    return addLayer(image, { compression, digest, diffId, size, plainSize }, plan.history);
  } catch (error) {
    throw error instanceof LinuxError ? layerUnwritable(error) : error;
  } finally {
    stream.close();
    writer.abort();
  }
}

export function readImage(layout: Layout, walk: Walk): Image {
  const manifest = layout.readManifest(endOf(walk));
  return { manifest, config: layout.readConfig(manifest.config) };
}

/** Writes the documents of a changed image and gives it the tag; returns the new manifest's descriptor. */
export function commitImage(
  layout: Layout,
  tag: string,
  walk: Walk,
  { manifest, config }: Image,
): Descriptor {
  const newConfig = { ...manifest.config, ...layout.putJson(config, CONFIG) };
  const newManifest = { ...endOf(walk), ...layout.putJson({ ...manifest, config: newConfig }, MANIFEST) };
  layout.setReference(tag, walk, newManifest);
  return newManifest;
}

function layerUnwritable(error: LinuxError): Failure {
  return new Failure("layer_unwritable", `add diff layer: ${error.message}`, {
    hint: "The layout is as it was before; mend what is said and try again.",
    cause: error,
  });
}
