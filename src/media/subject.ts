/** What a manifest refers to (manifest.md, `subject`). */

import { readManifest } from "../codec/image/read.ts";
import type { Descriptor, Manifest } from "../spec/image.ts";
import { kindOf } from "./kind.ts";
import type { Content } from "./medium.ts";

/** The digest of its subject; undefined for an index and for a manifest without one. */
export function subjectOf(content: Content): string | undefined {
  if (kindOf(content.descriptor) !== "manifest") return undefined;
  return manifestIn(content).subject?.digest;
}

/** How a referrer is listed (distribution specification, "Listing Referrers"): with what it is, and its annotations. */
export function referrerOf(content: Content): Descriptor {
  const { mediaType, digest, size } = content.descriptor;
  const { artifactType, config, annotations } = manifestIn(content);
  return {
    mediaType,
    digest,
    size,
    artifactType: artifactType ?? config.mediaType,
    ...(annotations !== undefined && { annotations }),
  };
}

function manifestIn({ descriptor, bytes }: Content): Manifest {
  return readManifest(new TextDecoder().decode(bytes), descriptor.digest, descriptor.mediaType);
}
