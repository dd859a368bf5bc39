/** Which changes of a root file system become part of a layer: not what is masked, and no removal below another one. */

import type { Delta } from "../../codec/mtree/compare.ts";
import { componentsOf } from "../../codec/path.ts";

/** `masks` are byte strings; each hides itself and what is below it, by the words of the path alone. */
export function maskDeltas(deltas: readonly Delta[], masks: readonly string[]): Delta[] {
  const masked = new Set(masks.map(fromRoot));
  const missing = new Set(deltas.filter(({ kind }) => kind === "missing").map(({ path }) => fromRoot(path)));
  return deltas.filter(({ path }) => {
    const whole = fromRoot(path);
    if (whole === "/") return true;
    return !masked.has(whole) && !above(whole).some((parent) => masked.has(parent) || missing.has(parent));
  });
}

/** `/a/b` for `a/b`, `./a//b` and `/a/c/../b`; `/` for the root, which no mask hides. */
function fromRoot(path: string): string {
  return `/${componentsOf(path).join("/")}`;
}

/** The directories that hold a path, without the root. */
function above(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    parents.push(path.slice(0, at));
  return parents;
}
