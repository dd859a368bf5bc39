/** What a descriptor names, by its media type, in the words of OCI and of Docker. */

import { type Descriptor, MEDIA_TYPE } from "../spec/image.ts";

export type Kind = "index" | "manifest" | "other";

export function kindOf(descriptor: Descriptor): Kind {
  if (isIndex(descriptor)) return "index";
  return isManifest(descriptor) ? "manifest" : "other";
}

export function isIndex({ mediaType }: Descriptor): boolean {
  return mediaType === MEDIA_TYPE.index || mediaType === MEDIA_TYPE.dockerList;
}

export function isManifest({ mediaType }: Descriptor): boolean {
  return mediaType === MEDIA_TYPE.manifest || mediaType === MEDIA_TYPE.dockerManifest;
}

/** Whether it is the configuration of an image, and not of another kind of artifact. */
export function isConfig({ mediaType }: Descriptor): boolean {
  return mediaType === MEDIA_TYPE.config || mediaType === MEDIA_TYPE.dockerConfig;
}

/** A layer that must not be distributed: it stays where its `urls` say. */
export function isForeign({ mediaType, urls }: Descriptor): boolean {
  const foreign =
    mediaType.startsWith(MEDIA_TYPE.foreignLayer) || mediaType === MEDIA_TYPE.dockerForeignLayer;
  return foreign && urls !== undefined && urls.length > 0;
}
