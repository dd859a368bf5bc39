/** Registries as sources and sinks: `docker://HOST/REPOSITORY:TAG`. */

import { type Reference, referenceText } from "../codec/image/reference.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import type { Bytes, Content, Origin, Sink, Source } from "./medium.ts";
import { downloadBlob } from "./registry/blob-download.ts";
import { hasBlob, mountBlob, uploadBlob } from "./registry/blob-upload.ts";
import {
  addRegistryReferrer,
  findManifest,
  readManifestAt,
  readReferrers,
  writeManifest,
} from "./registry/manifests.ts";
import { openRegistry, type Registry, type RegistryOptions } from "./registry/registry.ts";
import { referrerOf, subjectOf } from "./subject.ts";
import { verified } from "./verify.ts";

/** Opens an image to read: at the first of the registry's mirrors that has it, else at the registry. */
export async function registrySource(reference: Reference, options: RegistryOptions): Promise<Source> {
  const name = reference.digest ?? reference.tag ?? "latest";
  const origin = { host: reference.host, repository: reference.repository };
  for (const mirror of options.hosts?.[reference.host]?.mirrors ?? []) {
    const found = await atMirror(mirrored(mirror, reference.repository), name, options);
    if (found !== undefined) return sourceOf(found.registry, found.root, referenceText(reference));
  }
  const registry = await openRegistry(origin, "pull", options);
  return sourceOf(registry, await readManifestAt(registry, name), referenceText(reference), origin);
}

/** Opens a name to write. A digest alone is no name that could be given. Throws `Failure` `reference_invalid`. */
export async function registrySink(reference: Reference, options: RegistryOptions): Promise<Sink> {
  const { host, repository, tag, digest } = reference;
  const registry = await openRegistry({ host, repository }, "pull,push", options);
  return {
    name: referenceText(reference),
    claim: async (blob, from) =>
      (await hasBlob(registry, blob)) || (from !== undefined && (await mountBlob(registry, blob, from))),
    put: (descriptor, open) => uploadBlob(registry, descriptor, open),
    async putManifest(content) {
      const subject = subjectOf(content);
      const knows = await writeManifest(registry, content);
      if (subject !== undefined && !knows) await addRegistryReferrer(registry, subject, referrerOf(content));
    },
    async finish(root) {
      if (digest !== undefined && digest !== root.descriptor.digest) throw otherDigest(reference, root);
      if (tag !== undefined) await writeManifest(registry, root, tag);
    },
    close: async () => {},
  };
}

function sourceOf(registry: Registry, root: Content, name: string, origin?: Origin): Source {
  return {
    name,
    root,
    ...(origin !== undefined && { origin }),
    manifest: (descriptor) => readManifestAt(registry, descriptor.digest, descriptor),
    blob: (descriptor: Descriptor): Bytes =>
      verified(downloadBlob(registry, descriptor), descriptor, registry.name),
    referrers: (digest) => readReferrers(registry, digest),
    close: async () => {},
  };
}

/** What a mirror has; a mirror that does not answer is as one that has nothing. */
async function atMirror(
  origin: Origin,
  name: string,
  options: RegistryOptions,
): Promise<{ registry: Registry; root: Content } | undefined> {
  try {
    const registry = await openRegistry(origin, "pull", options);
    const found = await findManifest(registry, name);
    return found && { registry, root: found };
  } catch (error) {
    options.patience.signal.throwIfAborted();
    if (error instanceof Failure && error.code !== "certificates") return undefined;
    throw error;
  }
}

/** `HOST[/PATH]` of a mirror, with the repository's own path behind it. */
function mirrored(mirror: string, repository: string): Origin {
  const slash = mirror.indexOf("/");
  if (slash < 0) return { host: mirror, repository };
  return { host: mirror.slice(0, slash), repository: `${mirror.slice(slash + 1)}/${repository}` };
}

function otherDigest(reference: Reference, { descriptor }: Content): Failure {
  return new Failure(
    "reference_digest",
    `write ${referenceText(reference)}: the image is ${descriptor.digest}`,
    { hint: "leave the digest out, or copy the image that has it" },
  );
}
