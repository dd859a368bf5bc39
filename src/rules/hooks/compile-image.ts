/** From an image of `when.images` to what a plan says of it; runs when a plan is made. */

import { parseReference } from "../../codec/image/reference.ts";
import type { TestedImage } from "../../spec/plan.ts";

/** Reads `sha256:…` or `NAME[:TAG]@sha256:…`. Throws `Failure` `reference_invalid`. */
export function compileImage(source: string): TestedImage {
  if (source.startsWith("sha256:")) return { digest: source, source };
  const { host, repository, tag, digest = "" } = parseReference(source);
  return { digest, repository: `${host}/${repository}`, ...(tag === undefined ? {} : { tag }), source };
}
