/**
 * What `docker save` writes and `docker load` reads, as source and sink: `docker-archive:FILE[:NAME]`. It has a
 * configuration and plain layers, and no manifest: one is made when it is read, and left out when it is written.
 */

import { createHash } from "node:crypto";
import { readConfig, readManifest } from "../codec/image/read.ts";
import { type Reference, referenceText } from "../codec/image/reference.ts";
import { Failure } from "../spec/failure.ts";
import { type Descriptor, MEDIA_TYPE } from "../spec/image.ts";
import { ArchiveReader, ArchiveWriter } from "./archive-file.ts";
import { plainBytes } from "./decompress.ts";
import { isConfig } from "./kind.ts";
import type { Content, Sink, Source } from "./medium.ts";
import { contentOf, digestOf, verified } from "./verify.ts";

const LARGEST_DOCUMENT = 32 * 1024 * 1024;

/** One entry of manifest.json. */
interface Saved {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/** Opens an image to read: the one of that name, or the only one. Throws `Failure` `archive_incomplete`, `image_missing`, … */
export async function dockerArchiveSource(path: string, reference: Reference | undefined): Promise<Source> {
  const archive = new ArchiveReader(path);
  try {
    const { Config, Layers } = savedIn(archive, reference);
    const config = archive.read(Config, LARGEST_DOCUMENT);
    const names = new Map<string, string>([[digestOf(config), Config]]);
    const { diff_ids } = readConfig(new TextDecoder().decode(config), path).rootfs;
    if (diff_ids.length !== Layers.length) throw notItsLayers(path);
    const layers: Descriptor[] = [];
    for (const [at, name] of Layers.entries()) {
      const layer = await layerOf(archive, name, diff_ids[at] ?? "");
      names.set(layer.digest, name);
      layers.push(layer);
    }
    const root = manifestOf(config, layers);
    return {
      name: reference === undefined ? path : `${path}:${referenceText(reference)}`,
      root,
      manifest: async () => root,
      blob: (descriptor) => verified(archive.stream(names.get(descriptor.digest) ?? ""), descriptor, path),
      referrers: async () => [],
      close: async () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** Opens an archive to write; one that is there is replaced when the new one is whole. */
export function dockerArchiveSink(path: string, reference: Reference | undefined): Sink {
  const archive = new ArchiveWriter(path);
  const there = new Set<string>();
  const nameOf = (descriptor: Descriptor) =>
    `${descriptor.digest.slice("sha256:".length)}.${isConfig(descriptor) ? "json" : "tar"}`;
  let saved: Saved | undefined;
  return {
    name: path,
    single: "a docker archive holds one image and nothing that refers to it",
    claim: async ({ digest }) => there.has(digest),
    async put(descriptor, open) {
      const { mediaType, size } = descriptor;
      if (isConfig(descriptor)) await archive.add(nameOf(descriptor), open(), size);
      else await archive.add(nameOf(descriptor), plainBytes(open(), mediaType));
      there.add(descriptor.digest);
    },
    async putManifest({ descriptor, bytes }) {
      const { config, layers } = readManifest(
        new TextDecoder().decode(bytes),
        descriptor.digest,
        descriptor.mediaType,
      );
      if (!isConfig(config)) throw noImage(path, config.mediaType);
      saved = {
        Config: nameOf(config),
        RepoTags: reference === undefined ? null : [referenceText(reference)],
        Layers: layers.map(nameOf),
      };
    },
    async finish() {
      await archive.addBytes("manifest.json", new TextEncoder().encode(JSON.stringify([saved])));
      await archive.finish();
    },
    close: async () => archive.close(),
  };
}

function savedIn(archive: ArchiveReader, reference: Reference | undefined): Saved {
  const all: unknown = JSON.parse(new TextDecoder().decode(archive.read("manifest.json", LARGEST_DOCUMENT)));
  if (!Array.isArray(all) || !all.every(isSaved)) {
    throw new Failure(
      "archive_incomplete",
      `read ${archive.path}: its manifest.json is not what docker save writes`,
      {
        hint: "make it again",
      },
    );
  }
  const wanted = reference && referenceText(reference);
  const meant = all.filter(
    ({ RepoTags }) => wanted === undefined || RepoTags?.some((tag) => isNamed(tag, wanted)),
  );
  const [first, second] = meant;
  if (first !== undefined && second === undefined) return first;
  const names = all.flatMap(({ RepoTags }) => RepoTags ?? []).join(", ");
  throw new Failure(
    "image_missing",
    `read ${archive.path}: ${wanted ?? "the image"} is ${first ? "there several times" : "not there"}`,
    {
      hint: names === "" ? "its images have no names" : `it has ${names}`,
    },
  );
}

/** Docker leaves out its own host and `library/`. */
function isNamed(tag: string, wanted: string): boolean {
  return [tag, `docker.io/${tag}`, `docker.io/library/${tag}`].includes(wanted);
}

function isSaved(value: unknown): value is Saved {
  const { Config, RepoTags, Layers } = (value ?? {}) as { [key: string]: unknown };
  const words = (list: unknown) => Array.isArray(list) && list.every((word) => typeof word === "string");
  return (
    typeof Config === "string" &&
    words(Layers) &&
    (RepoTags === null || RepoTags === undefined || words(RepoTags))
  );
}

/** A plain layer is the one that the configuration names, or is found to be another when it is read. */
async function layerOf(archive: ArchiveReader, name: string, diffId: string): Promise<Descriptor> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of archive.stream(name)) {
    const gzip = size > 0 || (chunk[0] === 0x1f && chunk[1] === 0x8b);
    if (!gzip) break;
    hash.update(chunk);
    size += chunk.length;
  }
  if (size > 0)
    return { mediaType: `${MEDIA_TYPE.layer}+gzip`, digest: `sha256:${hash.digest("hex")}`, size };
  return { mediaType: MEDIA_TYPE.layer, digest: diffId, size: archive.sizeOf(name) ?? 0 };
}

function notItsLayers(path: string): Failure {
  return new Failure("blob_digest", `read ${path}: its layers are not those of its configuration`, {
    hint: "it is damaged or forged; make it again",
  });
}

function manifestOf(config: Uint8Array, layers: readonly Descriptor[]): Content {
  const { descriptor } = contentOf(config, MEDIA_TYPE.config);
  const mediaType = MEDIA_TYPE.manifest;
  const manifest = { schemaVersion: 2, mediaType, config: descriptor, layers };
  return contentOf(new TextEncoder().encode(JSON.stringify(manifest)), mediaType);
}

function noImage(path: string, mediaType: string): Failure {
  return new Failure("media_type", `write ${path}: its configuration is ${JSON.stringify(mediaType)}`, {
    hint: "it is no image of a container; use oci-archive:",
  });
}
