/**
 * Who refers to whom in a layout: the index under the tag that stands in for the referrers API, and manifests that other
 * tools have put into index.json by themselves.
 */

import type { Descriptor, ImageIndex } from "../spec/image.ts";
import { kindOf } from "./kind.ts";
import { tagged, tagOf } from "./layout/tag.ts";
import type { Layout } from "./layout.ts";
import type { Content } from "./medium.ts";
import { indexContent, referrersTag, withReferrer } from "./referrers.ts";
import { referrerOf, subjectOf } from "./subject.ts";

/** A larger manifest is no referrer. */
const LARGEST = 4 * 1024 * 1024;

/** What is needed to find referrers: a layout, or one in an archive. */
export type ReferrerIndex = Pick<Layout, "index" | "hasBlob" | "readBlob" | "readIndexBlob">;

/** Manifests whose subject is that digest. Throws `Failure` for a damaged index of referrers. */
export function layoutReferrers(layout: ReferrerIndex, digest: string): Descriptor[] {
  return referrersIn(layout)(digest);
}

/** As `layoutReferrers` for many digests, while the layout stays as it is: no manifest is read twice. */
export function referrersIn(layout: ReferrerIndex): (digest: string) => Descriptor[] {
  const index = layout.index();
  let found: Map<string, Descriptor[]> | undefined;
  return (digest) => {
    const listed = (fallbackOf(layout, index, digest)?.manifests ?? []).map((one) => told(layout, one));
    const known = new Set(listed.map((one) => one.digest));
    found ??= unlisted(layout, index);
    return [...listed, ...(found.get(digest) ?? []).filter((one) => !known.has(one.digest))];
  };
}

/** Manifests of the index itself that have a subject, by its digest. */
function unlisted(layout: ReferrerIndex, index: ImageIndex): Map<string, Descriptor[]> {
  const found = new Map<string, Descriptor[]>();
  for (const entry of index.manifests) {
    if (kindOf(entry) !== "manifest" || entry.size > LARGEST || !layout.hasBlob(entry.digest)) continue;
    const content = { descriptor: entry, bytes: layout.readBlob(entry) };
    const subject = subjectOf(content);
    if (subject !== undefined) found.set(subject, [...(found.get(subject) ?? []), referrerOf(content)]);
  }
  return found;
}

/** A referrer with its `artifactType`, which tools from before image-spec 1.1 lose when they copy a list. */
function told(layout: ReferrerIndex, listed: Descriptor): Descriptor {
  if (listed.artifactType !== undefined || kindOf(listed) !== "manifest" || listed.size > LARGEST)
    return listed;
  return referrerOf({ descriptor: listed, bytes: layout.readBlob(listed) });
}

/** Lists a manifest, which is there already, as a referrer of its subject. */
export function addLayoutReferrer(layout: Layout, subject: string, content: Content): void {
  layout.editIndex((index) => {
    const next = withReferrer(fallbackOf(layout, index, subject), referrerOf(content));
    return next === undefined ? index : withFallback(layout, index, subject, next);
  });
}

/** Takes referrers off the list; a list that is empty then goes, too. */
export function removeLayoutReferrers(layout: Layout, subject: string, gone: ReadonlySet<string>): void {
  layout.editIndex((index) => {
    const manifests = index.manifests.filter(({ digest }) => !gone.has(digest));
    const rest = { ...index, manifests };
    const left = fallbackOf(layout, rest, subject)?.manifests.filter(({ digest }) => !gone.has(digest));
    if (left === undefined) return rest;
    return withFallback(layout, rest, subject, left.length === 0 ? undefined : indexContent(left));
  });
}

function fallbackOf(layout: ReferrerIndex, index: ImageIndex, subject: string): ImageIndex | undefined {
  const entry = index.manifests.find((one) => tagOf(one) === referrersTag(subject));
  return entry && layout.readIndexBlob(entry);
}

function withFallback(
  layout: Layout,
  index: ImageIndex,
  subject: string,
  content: Content | undefined,
): ImageIndex {
  const tag = referrersTag(subject);
  const others = index.manifests.filter((one) => tagOf(one) !== tag);
  if (content === undefined) return { ...index, manifests: others };
  layout.putBytes(content.bytes);
  return { ...index, manifests: [...others, tagged(content.descriptor, tag)] };
}
