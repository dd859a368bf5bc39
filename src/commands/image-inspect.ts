/** `image inspect`: what an image is, wherever it is, without fetching its layers. */

import { parseLocation } from "../codec/image/location.ts";
import { readConfig, readIndex, readManifest } from "../codec/image/read.ts";
import { choosePlatform } from "../media/choose-platform.ts";
import { isConfig, kindOf } from "../media/kind.ts";
import type { Content, Source } from "../media/medium.ts";
import { openSource } from "../media/medium-lookup.ts";
import { gather } from "../media/verify.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor, ImageConfig } from "../spec/image.ts";
import type { Roots } from "../spec/roots.ts";
import { type MediaWishes, withMedia } from "./image-media.ts";

export interface InspectWishes extends MediaWishes {
  image: string;
  /** Which one of an index; without it an index is shown as such. */
  platform?: string;
}

export interface InspectedImage {
  name: string;
  digest: string;
  mediaType: string;
  /** Of an index: what it names. */
  manifests?: Descriptor[];
  /** Of an image. */
  config?: ImageConfig;
  layers?: Descriptor[];
  artifactType?: string;
  annotations?: { [key: string]: string };
  referrers: Descriptor[];
}

/** A larger configuration is not read. */
const LARGEST_CONFIG = 8 * 1024 * 1024;

/** Inspects. @throws Failure */
export async function inspect(roots: Roots, wishes: InspectWishes): Promise<InspectedImage> {
  const location = parseLocation(wishes.image);
  const choose = wishes.platform === undefined ? undefined : choosePlatform(wishes.platform);
  return withMedia(roots, wishes, async (options) => {
    const source = await openSource(location, options);
    try {
      let content = source.root;
      if (choose !== undefined && kindOf(content.descriptor) === "index") {
        content = await source.manifest(
          choose(readIndex(textOf(content.bytes), wishes.image, content.descriptor.mediaType).manifests),
        );
      }
      return await described(source, content);
    } finally {
      await source.close();
    }
  });
}

async function described(source: Source, content: Content): Promise<InspectedImage> {
  const { digest, mediaType } = content.descriptor;
  const referrers = await source.referrers(digest);
  const head = { name: source.name, digest, mediaType };
  const text = textOf(content.bytes);
  if (kindOf(content.descriptor) === "index") {
    const { manifests, annotations } = readIndex(text, digest, mediaType);
    return { ...head, manifests, ...(annotations && { annotations }), referrers };
  }
  const { config, layers, artifactType, annotations } = readManifest(text, digest, mediaType);
  const isImage = isConfig(config);
  if (isImage && config.size > LARGEST_CONFIG) {
    throw new Failure("blob_too_large", `read ${config.digest}: ${config.size} bytes are no configuration`);
  }
  return {
    ...head,
    ...(isImage && { config: readConfig(textOf(await gather(source.blob(config))), config.digest) }),
    layers,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
    referrers,
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
