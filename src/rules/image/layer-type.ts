/** What the media type of a layer says of how to read it (image-spec, media-types.md and layer.md). */

import { Failure } from "../../spec/failure.ts";
import { type Compression, MEDIA_TYPE } from "../../spec/image.ts";

const SUFFIXES: { readonly [suffix: string]: Compression } = { "": "none", gzip: "gzip", zstd: "zstd" };

/** How the tar of a layer is wrapped. @throws Failure for what is no layer, or is compressed in another way */
export function layerCompression(mediaType: string): Compression {
  if (mediaType === MEDIA_TYPE.dockerLayer || mediaType === MEDIA_TYPE.dockerForeignLayer) return "gzip";
  const plus = mediaType.indexOf("+");
  const base = plus < 0 ? mediaType : mediaType.slice(0, plus);
  if (base !== MEDIA_TYPE.layer && base !== MEDIA_TYPE.foreignLayer) {
    throw new Failure("layer_type", `layer data is an unsupported mediatype: ${mediaType}`, {
      hint: "It is another kind of artifact than an image of a root file system.",
    });
  }
  const suffix = plus < 0 ? "" : mediaType.slice(plus + 1);
  const compression = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined;
  if (compression !== undefined) return compression;
  throw new Failure(
    "layer_type",
    `unsupported layer media type ${JSON.stringify(mediaType)}: compression method ${JSON.stringify(suffix)} unsupported`,
    { hint: "Layers that are plain, gzip or zstd can be read." },
  );
}
