/** Manifests and indexes on a registry, by tag and by digest, and who refers to whom. */

import { readIndex } from "../../codec/image/read.ts";
import { Failure } from "../../spec/failure.ts";
import { type Descriptor, type ImageIndex, MEDIA_TYPE } from "../../spec/image.ts";
import type { Content } from "../medium.ts";
import { referrersTag, withReferrer } from "../referrers.ts";
import { contentOf, verify } from "../verify.ts";
import { boundedBytes } from "./body.ts";
import { target } from "./exchange.ts";
import type { Registry } from "./registry.ts";

/** What registries take at most (distribution specification, "Pushing manifests"). */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const MOST_PAGES = 20;

const ACCEPT = [MEDIA_TYPE.index, MEDIA_TYPE.manifest, MEDIA_TYPE.dockerList, MEDIA_TYPE.dockerManifest].join(
  ", ",
);

/** Reads what a tag or digest means; undefined when there is no such. A digest's content is verified. */
export async function findManifest(registry: Registry, name: string): Promise<Content | undefined> {
  const { response, watch } = await registry.ask({
    method: "GET",
    to: `manifests/${name}`,
    headers: { accept: ACCEPT },
    doing: `read the manifest ${name}`,
    accept: [200, 404],
  });
  try {
    const bytes = await boundedBytes(response, LARGEST_MANIFEST, watch);
    if (response.status === 404) return undefined;
    const mediaType = (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
    if (!name.includes(":")) return contentOf(bytes, mediaType);
    const descriptor = { mediaType, digest: name, size: bytes.length };
    return { descriptor, bytes: verify(bytes, descriptor, registry.name) };
  } finally {
    watch.end();
  }
}

/** As `findManifest`. Throws `Failure` `image_missing`, `blob_digest` or `blob_size`. */
export async function readManifestAt(registry: Registry, name: string, known?: Descriptor): Promise<Content> {
  const found = await findManifest(registry, name);
  if (found === undefined) {
    throw new Failure("image_missing", `read ${registry.name}: there is no ${name}`, {
      hint: "check the name and the tag",
    });
  }
  if (known === undefined) return found;
  return { descriptor: known, bytes: verify(found.bytes, known, registry.name) };
}

/** Puts a manifest under its digest or a tag; returns whether the registry keeps the list of who refers to whom. */
export async function writeManifest(
  registry: Registry,
  { descriptor, bytes }: Content,
  tag?: string,
): Promise<boolean> {
  const name = tag ?? descriptor.digest;
  const { response } = await registry.tell({
    method: "PUT",
    to: `manifests/${name}`,
    headers: { "content-type": descriptor.mediaType },
    body: bytes,
    doing: `write the manifest ${name}`,
    accept: [201],
  });
  return response.headers.has("oci-subject");
}

/** Manifests that refer to `digest`: from the referrers API, else from the tag that stands in for it. */
export async function readReferrers(registry: Registry, digest: string): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  let to: string | URL = `referrers/${digest}`;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await registry.ask({
      method: "GET",
      to,
      headers: { accept: MEDIA_TYPE.index },
      doing: `ask who refers to ${digest}`,
      accept: [200, 404],
    });
    let bytes: Uint8Array;
    try {
      bytes = await boundedBytes(answer.response, LARGEST_MANIFEST, answer.watch);
    } finally {
      answer.watch.end();
    }
    const isIndex = answer.response.headers.get("content-type")?.startsWith(MEDIA_TYPE.index) ?? false;
    if (page === 0 && (answer.response.status !== 200 || !isIndex)) return fallbackOf(registry, digest);
    if (answer.response.status !== 200) break;
    found.push(...indexOf(bytes, registry).manifests);
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.response.headers.get("link") ?? "")?.[1];
    if (next === undefined) return found;
    to = target(next, answer.url);
  }
  throw new Failure("registry_flood", `ask ${registry.name} who refers to ${digest}: the list has no end`, {
    hint: "ask who runs the registry",
  });
}

async function fallbackOf(registry: Registry, digest: string): Promise<Descriptor[]> {
  const content = await findManifest(registry, referrersTag(digest));
  return content === undefined ? [] : indexOf(content.bytes, registry).manifests;
}

/** Lists a referrer under the tag, for a registry that keeps no list itself. */
export async function addRegistryReferrer(
  registry: Registry,
  subject: string,
  referrer: Descriptor,
): Promise<void> {
  const tag = referrersTag(subject);
  const old = await findManifest(registry, tag);
  const index = withReferrer(old && indexOf(old.bytes, registry), referrer);
  if (index !== undefined) await writeManifest(registry, index, tag);
}

function indexOf(bytes: Uint8Array, registry: Registry): ImageIndex {
  return readIndex(new TextDecoder().decode(bytes), `the referrers at ${registry.name}`);
}
