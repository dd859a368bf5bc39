/** Layouts in one tar file as sources and sinks: `oci-archive:FILE[:TAG]`. */

import { readIndex } from "../codec/image/read.ts";
import { type Descriptor, type ImageIndex, MEDIA_TYPE } from "../spec/image.ts";
import { ArchiveReader, ArchiveWriter } from "./archive-file.ts";
import { tagged } from "./layout/tag.ts";
import { type ReferrerIndex, referrersIn } from "./layout-referrers.ts";
import type { Content, Sink, Source } from "./medium.ts";
import { entryOf } from "./medium-layout.ts";
import { indexContent, referrersTag } from "./referrers.ts";
import { referrerOf, subjectOf } from "./subject.ts";
import { verified, verify } from "./verify.ts";

const LARGEST_DOCUMENT = 32 * 1024 * 1024;
const LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

const blobName = (digest: string) => `blobs/${digest.replace(":", "/")}`;

/** Opens an image of an archive to read: the one of that tag, or the only one when no tag is given. */
export function ociArchiveSource(path: string, tag: string | undefined): Source {
  const archive = new ArchiveReader(path);
  const readBlob = (descriptor: Descriptor) =>
    verify(archive.read(blobName(descriptor.digest), LARGEST_DOCUMENT), descriptor, path);
  try {
    const index = indexIn(archive.read("index.json", LARGEST_DOCUMENT), path);
    const documents: ReferrerIndex = {
      index: () => index,
      hasBlob: (digest) => archive.sizeOf(blobName(digest)) !== undefined,
      readBlob,
      readIndexBlob: (descriptor) => indexIn(readBlob(descriptor), descriptor.digest),
    };
    const root = entryOf(index.manifests, tag, path);
    const referrers = referrersIn(documents);
    return {
      name: tag === undefined ? path : `${path}:${tag}`,
      root: { descriptor: root, bytes: readBlob(root) },
      manifest: async (descriptor) => ({ descriptor, bytes: readBlob(descriptor) }),
      blob: (descriptor) => verified(archive.stream(blobName(descriptor.digest)), descriptor, path),
      referrers: async (digest) => referrers(digest),
      close: async () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** Opens an archive to write; one that is there is replaced when the new one is whole. */
export function ociArchiveSink(path: string, tag: string | undefined): Sink {
  const archive = new ArchiveWriter(path);
  const there = new Set<string>();
  const referrers = new Map<string, Descriptor[]>();
  const addManifest = async ({ descriptor: { digest }, bytes }: Content) => {
    if (there.has(digest)) return;
    there.add(digest);
    await archive.addBytes(blobName(digest), bytes);
  };
  return {
    name: tag === undefined ? path : `${path}:${tag}`,
    claim: async ({ digest }) => there.has(digest),
    async put({ digest, size }, open) {
      await archive.add(blobName(digest), open(), size);
      there.add(digest);
    },
    async putManifest(content) {
      await addManifest(content);
      const subject = subjectOf(content);
      if (subject !== undefined) {
        referrers.set(subject, [...(referrers.get(subject) ?? []), referrerOf(content)]);
      }
    },
    async finish({ descriptor }) {
      const named = tag === undefined ? descriptor : tagged(descriptor, tag);
      const manifests = [named];
      for (const [subject, list] of referrers) {
        const content = indexContent(list);
        await addManifest(content);
        manifests.push(tagged(content.descriptor, referrersTag(subject)));
      }
      const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests };
      await archive.addBytes("index.json", new TextEncoder().encode(JSON.stringify(index)));
      await archive.addBytes("oci-layout", new TextEncoder().encode(LAYOUT));
      await archive.finish();
    },
    close: async () => archive.close(),
  };
}

function indexIn(bytes: Uint8Array, name: string): ImageIndex {
  return readIndex(new TextDecoder().decode(bytes), name);
}
