/**
 * What differs between a manifest and a tree: paths that are missing, extra or modified, and for these the keywords that
 * one side has and the other has not, or differently.
 */

import { quoteBytes } from "../quote-bytes.ts";
import { prefixOf, type Values } from "./file.ts";

export interface KeyDelta {
  readonly keyword: string;
  /** Undefined where that side does not have the keyword. */
  readonly expected: string | undefined;
  readonly got: string | undefined;
}

export interface Delta {
  readonly path: string;
  readonly kind: "missing" | "extra" | "modified";
  /** Of a modified path; empty otherwise. */
  readonly keys: readonly KeyDelta[];
}

/** The deltas from `expected` to `got`, sorted by path. Only `keywords` are compared (`xattr` is all attributes). */
export function compareTrees(
  expected: ReadonlyMap<string, Values>,
  got: ReadonlyMap<string, Values>,
  keywords: ReadonlySet<string>,
): Delta[] {
  const deltas: Delta[] = [];
  for (const [path, values] of expected) {
    const other = got.get(path);
    if (other === undefined) deltas.push({ path, kind: "missing", keys: [] });
    else {
      const keys = compareValues(values, other, keywords);
      if (keys.length > 0) deltas.push({ path, kind: "modified", keys });
    }
  }
  for (const path of got.keys()) if (!expected.has(path)) deltas.push({ path, kind: "extra", keys: [] });
  return sortDeltas(deltas);
}

export function sortDeltas(deltas: Delta[]): Delta[] {
  return deltas.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The keywords whose values differ, in the order of `got`, then what only `expected` has. */
export function compareValues(expected: Values, got: Values, keywords: ReadonlySet<string>): KeyDelta[] {
  const deltas: KeyDelta[] = [];
  for (const [keyword, value] of got) {
    if (!counts(keyword, keywords)) continue;
    const whole = keyword === "time" && !expected.has("time") && expected.has("tar_time");
    const wanted = whole ? expected.get("tar_time") : (expected.get(keyword) ?? timeFor(keyword, expected));
    const found = whole ? wholeSeconds(value) : value;
    if (wanted !== found)
      deltas.push({ keyword: whole ? "tar_time" : keyword, expected: wanted, got: found });
  }
  for (const [keyword, value] of expected) {
    if (got.has(keyword) || !counts(keyword, keywords)) continue;
    if (isTime(keyword) && (got.has("time") || got.has("tar_time"))) continue;
    deltas.push({ keyword, expected: value, got: undefined });
  }
  return deltas;
}

/** `time` has nanoseconds and `tar_time` has not; one side's `time` is cut to be compared with the other's `tar_time`. */
function timeFor(keyword: string, values: Values): string | undefined {
  const time = keyword === "tar_time" ? values.get("time") : undefined;
  return time === undefined ? undefined : wholeSeconds(time);
}

function wholeSeconds(time: string): string {
  return `${time.split(".", 1)[0]}.000000000`;
}

function isTime(keyword: string): boolean {
  return keyword === "time" || keyword === "tar_time";
}

function counts(keyword: string, keywords: ReadonlySet<string>): boolean {
  return (
    keywords.has(prefixOf(keyword)) || (isTime(keyword) && (keywords.has("time") || keywords.has("tar_time")))
  );
}

/** The line that go-mtree prints for a delta; of a modified path it tells the first keyword. */
export function deltaText({ path, kind, keys: [first] }: Delta): string {
  const name = quoteBytes(path);
  if (kind === "missing") return `${name}: missing path`;
  if (kind === "extra" || first === undefined) return `${name}: unexpected path`;
  return `${name}: keyword "${first.keyword}": expected ${first.expected ?? ""}; got ${first.got ?? ""}`;
}
