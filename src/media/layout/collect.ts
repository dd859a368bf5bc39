/** Garbage: blobs that nothing in the index leads to, and the temporary files of processes that are gone. */

import { list } from "../../linux/directory.ts";
import { unlink } from "../../linux/link.ts";
import type { Descriptor, ImageIndex, Manifest } from "../../spec/image.ts";
import { isIndex, isManifest } from "../kind.ts";
import { removeAbandoned } from "./temporary.ts";

/** What is needed of a layout. */
interface Documents {
  index(): ImageIndex;
  readIndexBlob(descriptor: Descriptor): ImageIndex;
  readManifest(descriptor: Descriptor): Manifest;
  hasBlob(digest: string): boolean;
}

/**
 * Removes all blobs that cannot be reached; returns digests, and names of temporary directories. What is no blob by its
 * name stays. A document on the way that is missing or damaged stops it before anything is removed.
 */
export function collectGarbage(layout: Documents, { dir, blobs }: { dir: number; blobs: number }): string[] {
  const kept = reachable(layout);
  const removed: string[] = [];
  for (const { name } of list(".", blobs)) {
    if (!/^[0-9a-f]{64}$/.test(name) || kept.has(`sha256:${name}`)) continue;
    unlink(name, blobs);
    removed.push(`sha256:${name}`);
  }
  return [...removed, ...removeAbandoned(dir)];
}

function reachable(layout: Documents): Set<string> {
  const { manifests, subject } = layout.index();
  const pending = [...manifests];
  const seen = new Set<string>();
  // A subject need not be here; when it is, what refers to it keeps it.
  const addSubject = (one: Descriptor | undefined) => {
    if (one !== undefined && layout.hasBlob(one.digest)) pending.push(one);
  };
  addSubject(subject);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at.digest)) continue;
    seen.add(at.digest);
    if (isIndex(at)) {
      const index = layout.readIndexBlob(at);
      pending.push(...index.manifests);
      addSubject(index.subject);
    } else if (isManifest(at)) {
      const manifest = layout.readManifest(at);
      pending.push(manifest.config, ...manifest.layers);
      addSubject(manifest.subject);
    }
  }
  return seen;
}
