/**
 * Whiteouts (image-spec, layer.md): an empty file whose name tells what of lower layers is gone. `.wh.NAME` takes NAME away,
 * `.wh..wh..opq` all that is beside it. What the same layer brings stays, wherever in the layer it stands.
 */

import { Failure } from "../spec/failure.ts";
import { OPAQUE_WHITEOUT, WHITEOUT } from "../spec/image.ts";
import { Directory, type FileNode } from "./node.ts";
import type { Resolved, Tree } from "./tree.ts";

export function isWhiteout(name: string): boolean {
  return name.startsWith(WHITEOUT);
}

/** Carries out the whiteout `name` in the directory `place`, of layer number `layer`. @throws Failure */
export function whiteOut(tree: Tree, place: Resolved, name: string, layer: number): void {
  const hidden = name.slice(WHITEOUT.length);
  if (hidden === "") throw refused("invalid whiteout with empty name");
  // Such a whiteout would take away the directory that it is in, or the one above.
  if (hidden === "." || hidden === "..") throw refused(`invalid whiteout of ${JSON.stringify(hidden)}`);
  if (place.missing.length > 0) return;
  if (name === OPAQUE_WHITEOUT) {
    for (const child of tree.children(place.base)) purge(tree, child, layer);
    return;
  }
  const node = tree.child(place.base, hidden);
  if (node !== undefined) purge(tree, node, layer);
}

/** Removes what the layer itself has not touched. */
function purge(tree: Tree, node: FileNode, layer: number): void {
  const rest = [node];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.touched !== layer) tree.remove(next);
    else if (next instanceof Directory) rest.push(...tree.children(next));
  }
}

function refused(what: string): Failure {
  return new Failure("layer_whiteout", what, {
    hint: "No program that makes images writes such a whiteout; find out where the image came from.",
  });
}
