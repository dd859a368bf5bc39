/**
 * The tag that stands in for the referrers API where there is none: `sha256-HEX`, an index of the manifests whose subject is
 * that digest (distribution specification, "Referrers Tag Schema"). A layout has nothing else.
 */

import { type Descriptor, type ImageIndex, MEDIA_TYPE } from "../spec/image.ts";
import type { Content } from "./medium.ts";
import { contentOf } from "./verify.ts";

export function referrersTag(digest: string): string {
  return digest.replace(":", "-");
}

/** The index with one more referrer; undefined when it has that already. */
export function withReferrer(index: ImageIndex | undefined, referrer: Descriptor): Content | undefined {
  const manifests = index?.manifests ?? [];
  if (manifests.some(({ digest }) => digest === referrer.digest)) return undefined;
  return indexContent([...manifests, referrer]);
}

/** The index of these referrers. */
export function indexContent(manifests: readonly Descriptor[]): Content {
  const index: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: [...manifests] };
  return contentOf(new TextEncoder().encode(JSON.stringify(index)), MEDIA_TYPE.index);
}
