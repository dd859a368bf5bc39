/** Documents of a layout: a blob's bytes, verified, become a manifest, a configuration or an index, as its media type says. */

import { readConfig, readIndex, readManifest } from "../../codec/image/read.ts";
import { decode } from "../../linux/primitive.ts";
import { Failure } from "../../spec/failure.ts";
import type { Descriptor, ImageConfig, ImageIndex, Manifest } from "../../spec/image.ts";
import { isConfig, isIndex, isManifest } from "../kind.ts";
import { readBlob } from "./blob.ts";

/** As `Layout.readManifest`. */
export function manifestAt(dir: number, descriptor: Descriptor): Manifest {
  requireType(descriptor, isManifest(descriptor), "manifest");
  return readManifest(textAt(dir, descriptor), `manifest ${descriptor.digest}`, descriptor.mediaType);
}

/** As `Layout.readConfig`. */
export function configAt(dir: number, descriptor: Descriptor): ImageConfig {
  requireType(descriptor, isConfig(descriptor), "config");
  return readConfig(textAt(dir, descriptor), `config ${descriptor.digest}`);
}

/** As `Layout.readIndexBlob`. */
export function indexAt(dir: number, descriptor: Descriptor): ImageIndex {
  requireType(descriptor, isIndex(descriptor), "index");
  return readIndex(textAt(dir, descriptor), `index ${descriptor.digest}`, descriptor.mediaType);
}

function textAt(dir: number, descriptor: Descriptor): string {
  return decode(readBlob(dir, descriptor));
}

function requireType({ digest, mediaType }: Descriptor, fine: boolean, kind: string): void {
  if (fine) return;
  throw new Failure(
    "media_type",
    `read ${digest} as ${kind}: its media type is ${JSON.stringify(mediaType)}`,
    {
      hint: "It is not an image that can be worked on here.",
    },
  );
}
