/** What a descriptor names, by its media type, in the words of OCI and of Docker. */

import { type Descriptor, MEDIA_TYPE } from "../spec/image.ts";

export type Kind = "index" | "manifest" | "other";

export function kindOf({ mediaType }: Descriptor): Kind {
  if (mediaType === MEDIA_TYPE.index || mediaType === MEDIA_TYPE.dockerList) return "index";
  if (mediaType === MEDIA_TYPE.manifest || mediaType === MEDIA_TYPE.dockerManifest) return "manifest";
  return "other";
}

/** A layer that must not be distributed: it stays where its `urls` say. */
export function isForeign({ mediaType, urls }: Descriptor): boolean {
  const foreign =
    mediaType.startsWith(MEDIA_TYPE.foreignLayer) || mediaType === MEDIA_TYPE.dockerForeignLayer;
  return foreign && urls !== undefined && urls.length > 0;
}
