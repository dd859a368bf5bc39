/** Names of entries in a layer: relative, clean, a slash behind a directory's, and none that a whiteout could have. */

import { componentsOf } from "../codec/path.ts";
import { quoteBytes } from "../codec/quote-bytes.ts";
import { Failure } from "../spec/failure.ts";
import { WHITEOUT } from "../spec/image.ts";

/**
 * The name in a layer of `path` (byte strings): `a/b` for a file, `a/b/` for a directory, `.` for the root, and `/` where an
 * absolute path names it. Throws `Failure` `layer_entry`.
 */
export function layerName(path: string, directory: boolean): string {
  const parts = componentsOf(path);
  if (parts.at(-1)?.startsWith(WHITEOUT)) {
    const name = parts.join("/") + (directory ? "/" : "");
    throw layerFailure(path, `invalid path has whiteout prefix "${WHITEOUT}": ${name}`);
  }
  if (parts.length > 0) return parts.join("/") + (directory ? "/" : "");
  if (!path.startsWith("/")) return ".";
  return directory ? "/" : "";
}

export function layerFailure(path: string, problem: string): Failure {
  return new Failure("layer_entry", `add diff layer: generate layer file ${quoteBytes(path)}: ${problem}`, {
    hint: "Take the file out of the tree, or mask its path.",
  });
}
