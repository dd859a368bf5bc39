/** Writing the indexes on the way to an image anew, so that they lead to the image that took its place. */

import type { Struct } from "../../codec/go-json.ts";
import { INDEX } from "../../codec/image/shapes.ts";
import type { Descriptor, ImageIndex } from "../../spec/image.ts";
import { endOf, type Walk } from "./walk.ts";
import type { Blob } from "./writer.ts";

/** What is needed of a layout. */
interface Blobs {
  readIndexBlob(descriptor: Descriptor): ImageIndex;
  putJson(value: unknown, shape: Struct): Blob;
}

/** The entry of index.json for a walk whose end is now `child`. Each descriptor keeps what it said besides the content. */
export function replaceChild(layout: Blobs, walk: Walk, child: Descriptor): Descriptor {
  let old = endOf(walk);
  let entry: Descriptor = { ...old, ...child };
  for (const parent of walk.slice(0, -1).reverse()) {
    const index = layout.readIndexBlob(parent);
    const { digest } = old;
    const replacement = entry;
    const manifests = index.manifests.map((one) =>
      one.digest === digest ? { ...one, ...identity(replacement) } : one,
    );
    entry = { ...parent, ...layout.putJson({ ...index, manifests }, INDEX) };
    old = parent;
  }
  return entry;
}

function identity({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
