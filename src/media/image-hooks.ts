/**
 * The hooks that an image of a layout carries, read and written. What is read is bound to its image: an artifact that some
 * list offers for another image than its own subject is an error, never skipped.
 */

import type { KeyObject } from "node:crypto";
import { Failure } from "../spec/failure.ts";
import { type Descriptor, type Manifest, MEDIA_TYPE } from "../spec/image.ts";
import { FOR_REPOSITORY, HOOKS_TYPE, TITLE } from "../spec/image-hooks.ts";
import { signArtifact } from "./hooks-signature.ts";
import type { Layout } from "./layout.ts";
import { addLayoutReferrer, layoutReferrers, removeLayoutReferrers } from "./layout-referrers.ts";
import type { Content } from "./medium.ts";

/** One artifact. */
export interface CarriedHooks {
  /** `sha256:…` of the artifact's manifest: what a signature is over. */
  readonly digest: string;
  /** Of the image that it is made for. */
  readonly image: string;
  readonly repository?: string;
  /** Definition files, as text. */
  readonly definitions: readonly { readonly name: string; readonly digest: string; readonly text: string }[];
  /** By `sha256:…`. */
  readonly programs: ReadonlyMap<string, Descriptor>;
  readonly signatures: readonly Uint8Array[];
}

export interface NewHooks {
  readonly definitions: readonly { readonly name: string; readonly text: string }[];
  readonly programs: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly repository?: string;
  readonly key?: KeyObject;
}

const EMPTY = new TextEncoder().encode("{}");
const LARGEST_DEFINITION = 1024 * 1024;
const LARGEST_SIGNATURE = 1024;

/** All hooks of an image. Throws `Failure` `hooks_of_another_image`, `hooks_invalid`, and those of damaged blobs. */
export function readImageHooks(layout: Layout, image: Descriptor): CarriedHooks[] {
  const found: CarriedHooks[] = [];
  for (const { descriptor, manifest } of artifactsOf(layout, image.digest, HOOKS_TYPE.hooks)) {
    const ofType = (type: string) => manifest.layers.filter(({ mediaType }) => mediaType === type);
    const repository = manifest.annotations?.[FOR_REPOSITORY];
    found.push({
      digest: descriptor.digest,
      image: image.digest,
      ...(repository !== undefined && { repository }),
      definitions: ofType(HOOKS_TYPE.definition).map((layer) => ({
        name: layer.annotations?.[TITLE] ?? "",
        digest: layer.digest,
        text: new TextDecoder("utf-8", { fatal: true }).decode(small(layout, layer, LARGEST_DEFINITION)),
      })),
      programs: new Map(ofType(HOOKS_TYPE.program).map((layer) => [layer.digest, layer])),
      signatures: artifactsOf(layout, descriptor.digest, HOOKS_TYPE.signature).flatMap((signature) =>
        signature.manifest.layers
          .filter(({ mediaType }) => mediaType === HOOKS_TYPE.signatureBytes)
          .map((layer) => small(layout, layer, LARGEST_SIGNATURE)),
      ),
    });
  }
  return found;
}

/** Lets an image carry hooks; returns the artifact's digest, the same one for the same hooks. */
export function writeImageHooks(layout: Layout, image: Descriptor, hooks: NewHooks): string {
  const definitions = hooks.definitions.map(({ name, text }) =>
    part(layout, new TextEncoder().encode(text), HOOKS_TYPE.definition, name),
  );
  const programs = hooks.programs.map(({ name, bytes }) => part(layout, bytes, HOOKS_TYPE.program, name));
  const { repository, key } = hooks;
  const annotations = repository === undefined ? undefined : { [FOR_REPOSITORY]: repository };
  const layers = [...definitions, ...programs];
  const content = putArtifact(layout, {
    artifactType: HOOKS_TYPE.hooks,
    layers,
    subject: image,
    annotations,
  });
  const { digest } = content.descriptor;
  if (key !== undefined) {
    const signature = part(layout, signArtifact(digest, key), HOOKS_TYPE.signatureBytes, "signature");
    const artifactType = HOOKS_TYPE.signature;
    putArtifact(layout, {
      artifactType,
      layers: [signature],
      subject: content.descriptor,
      annotations: undefined,
    });
  }
  return digest;
}

/** Takes hooks away from an image: those artifacts, or all; their signatures go with them. Returns their digests. */
export function removeImageHooks(layout: Layout, image: Descriptor, only?: string): string[] {
  const listed = layoutReferrers(layout, image.digest).filter(
    ({ artifactType, digest }) =>
      artifactType === HOOKS_TYPE.hooks && (only === undefined || digest === only),
  );
  const gone = listed.map(({ digest }) => digest);
  removeLayoutReferrers(layout, image.digest, new Set(gone));
  for (const artifact of gone) {
    const signatures = layoutReferrers(layout, artifact).map(({ digest }) => digest);
    removeLayoutReferrers(layout, artifact, new Set(signatures));
  }
  return gone;
}

/** The program of a definition. Throws `Failure` `hooks_invalid` for one that the artifact does not have. */
export function carriedProgram(layout: Layout, hooks: CarriedHooks, digest: string): Uint8Array {
  const descriptor = hooks.programs.get(digest);
  if (descriptor !== undefined) return layout.readBlob(descriptor);
  throw invalid(hooks.digest, `it has no program ${digest}`);
}

function artifactsOf(
  layout: Layout,
  subject: string,
  type: string,
): { descriptor: Descriptor; manifest: Manifest }[] {
  const listed = layoutReferrers(layout, subject).filter(({ artifactType }) => artifactType === type);
  return listed.map((descriptor) => {
    const manifest = layout.readManifest(descriptor);
    if (manifest.artifactType !== type)
      throw invalid(descriptor.digest, "it is of another kind than its list says");
    if (manifest.subject?.digest === subject) return { descriptor, manifest };
    throw new Failure(
      "hooks_of_another_image",
      `take the hooks ${descriptor.digest} of ${subject}: they are made for ${manifest.subject?.digest ?? "no image"}`,
      { hint: "hooks run for the image that they were made for and for no other; add them to this one" },
    );
  });
}

function small(layout: Layout, descriptor: Descriptor, limit: number): Uint8Array {
  if (descriptor.size <= limit) return layout.readBlob(descriptor);
  throw invalid(descriptor.digest, `it has more than ${limit} bytes`);
}

function part(layout: Layout, bytes: Uint8Array, mediaType: string, name: string): Descriptor {
  return { mediaType, ...layout.putBytes(bytes), annotations: { [TITLE]: name } };
}

interface NewArtifact {
  artifactType: string;
  layers: Descriptor[];
  subject: Descriptor;
  annotations: { [key: string]: string } | undefined;
}

function putArtifact(layout: Layout, { artifactType, layers, subject, annotations }: NewArtifact): Content {
  const config = { mediaType: MEDIA_TYPE.empty, ...layout.putBytes(EMPTY) };
  const { mediaType, digest, size } = subject;
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.manifest,
    artifactType,
    config,
    layers,
    subject: { mediaType, digest, size },
    ...(annotations !== undefined && { annotations }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const content = { descriptor: { mediaType: MEDIA_TYPE.manifest, ...layout.putBytes(bytes) }, bytes };
  addLayoutReferrer(layout, digest, content);
  return content;
}

function invalid(digest: string, why: string): Failure {
  return new Failure("hooks_invalid", `read the hooks ${digest}: ${why}`, {
    hint: "make them again with `hookwright image hooks add`",
  });
}
