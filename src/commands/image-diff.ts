/** `image diff`: what differs between two images, or an image and a bundle: paths with the reasons, and the configuration. */

import { type Side, sideOf } from "../bundle/image-side.ts";
import { compareTrees } from "../codec/mtree/compare.ts";
import { differingFields, type FieldDifference } from "../rules/image/config-diff.ts";

export interface PathDifference {
  /** Bytes that are no UTF-8 are replaced. */
  readonly path: string;
  readonly change: "added" | "changed" | "removed";
  /** Of a path that changed: which keywords of mtree differ, and how. */
  readonly keys: readonly {
    readonly keyword: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** Bytes of a file's content on either side; null for what is no file. */
  readonly sizeFrom: number | null;
  readonly sizeTo: number | null;
}

export interface ImageDifference {
  readonly same: boolean;
  readonly paths: readonly PathDifference[];
  /** Empty when one side is a bundle: it has a configuration of another kind. */
  readonly config: readonly FieldDifference[];
}

const KEYWORDS = new Set(["type", "size", "uid", "gid", "mode", "link", "tar_time", "sha256digest", "xattr"]);
const CHANGES = { extra: "added", modified: "changed", missing: "removed" } as const;

/** Either is `LAYOUT[:TAG]`, or the directory of a bundle. @throws Failure */
export function diffImages(from: string, to: string): ImageDifference {
  const [a, b] = [sideOf(from), sideOf(to)];
  for (const path of new Set([...a.undescribed, ...b.undescribed])) {
    // A directory that no layer describes has no properties to differ in.
    for (const side of [a, b]) if (side.values.has(path)) side.values.set(path, new Map([["type", "dir"]]));
  }
  const paths = compareTrees(a.values, b.values, KEYWORDS).map(({ path, kind, keys }) => ({
    path: new TextDecoder().decode(Uint8Array.from(path, (char) => char.charCodeAt(0))),
    change: CHANGES[kind],
    keys: keys.map(({ keyword, expected, got }) => ({ keyword, from: expected ?? null, to: got ?? null })),
    sizeFrom: sizeIn(a, path),
    sizeTo: sizeIn(b, path),
  }));
  const config = a.config !== undefined && b.config !== undefined ? differingFields(a.config, b.config) : [];
  return { same: paths.length === 0 && config.length === 0, paths, config };
}

function sizeIn({ values }: Side, path: string): number | null {
  const size = values.get(path)?.get("size");
  return size === undefined ? null : Number(size);
}
