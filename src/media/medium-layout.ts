/** Layout directories as sources and sinks: `oci:PATH:TAG`. */

import { close } from "../linux/descriptor.ts";
import { read } from "../linux/read.ts";
import { exists } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import { tagOf } from "./layout/tag.ts";
import { Layout } from "./layout.ts";
import { addLayoutReferrer, referrersIn } from "./layout-referrers.ts";
import type { Bytes, Content, Sink, Source } from "./medium.ts";
import { subjectOf } from "./subject.ts";
import { verified } from "./verify.ts";

const PIECE = 1024 * 1024;

/** Opens an image of a layout to read: the one of that tag, or the only one when no tag is given. */
export function layoutSource(path: string, tag: string | undefined): Source {
  const layout = Layout.open(path);
  try {
    const root = entryOf(layout.index().manifests, tag, path);
    const referrers = referrersIn(layout);
    return {
      name: tag === undefined ? path : `${path}:${tag}`,
      root: { descriptor: root, bytes: layout.readBlob(root) },
      manifest: async (descriptor) => ({ descriptor, bytes: layout.readBlob(descriptor) }),
      blob: (descriptor) => verified(blobBytes(layout, descriptor), descriptor, path),
      referrers: async (digest) => referrers(digest),
      close: async () => layout.close(),
    };
  } catch (error) {
    layout.close();
    throw error;
  }
}

/** Opens a tag of a layout to write; the layout is made when there is none. */
export function layoutSink(path: string, tag: string): Sink {
  const layout = exists(path) ? Layout.open(path) : Layout.create(path);
  return {
    name: `${path}:${tag}`,
    claim: async (descriptor) => hasSound(layout, descriptor),
    async put(descriptor, open) {
      const writer = layout.createBlob();
      try {
        for await (const chunk of open()) writer.append(chunk);
        writer.commit(descriptor.digest);
      } finally {
        writer.abort();
      }
    },
    async putManifest(content: Content) {
      layout.putBytes(content.bytes);
      const subject = subjectOf(content);
      if (subject !== undefined) addLayoutReferrer(layout, subject, content);
    },
    finish: async ({ descriptor }) => layout.putReference(tag, descriptor),
    close: async () => layout.close(),
  };
}

/** The entry of an index that a tag means; without a tag, the only one that could be meant. */
export function entryOf(entries: readonly Descriptor[], tag: string | undefined, path: string): Descriptor {
  const tags = [...new Set(entries.flatMap((entry) => tagOf(entry) ?? []))];
  const meant =
    tag === undefined
      ? entries.filter((entry) => !/^sha256-[0-9a-f]{64}$/.test(tagOf(entry) ?? ""))
      : entries.filter((entry) => tagOf(entry) === tag);
  const [first, second] = meant;
  if (first !== undefined && second === undefined) return first;
  const what = tag === undefined ? "the image" : `the tag ${tag}`;
  throw new Failure(
    first === undefined ? "tag_missing" : "tag_ambiguous",
    `read ${path}: ${what} is ${first === undefined ? "not there" : "there several times"}`,
    { hint: tags.length === 0 ? "It has no tags." : `It has ${tags.join(", ")}.` },
  );
}

async function* blobBytes(layout: Layout, descriptor: Descriptor): Bytes {
  const fd = layout.openBlob(descriptor);
  try {
    for (;;) {
      const buffer = new Uint8Array(PIECE);
      const length = read(fd, buffer);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    close(fd);
  }
}

/** Whether the blob is there with the right size: one that a disk has cut is written anew. */
function hasSound(layout: Layout, descriptor: Descriptor): boolean {
  if (!layout.hasBlob(descriptor.digest)) return false;
  try {
    close(layout.openBlob(descriptor));
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === "blob_size") return false;
    throw error;
  }
}
