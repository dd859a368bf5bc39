/**
 * Hooks that travel with an image: an OCI artifact whose `subject` is the image, and a signature whose subject is that
 * artifact. The image's own bytes know nothing of either.
 */

export const HOOKS_TYPE = {
  /** `artifactType` of a manifest whose layers are definitions and the programs that they run. */
  hooks: "application/vnd.hookwright.hooks.v1+json",
  /** A definition, as JSON; its program is the layer with the digest of `guard.digest`. */
  definition: "application/vnd.hookwright.definition.v1+json",
  program: "application/vnd.hookwright.program.v1",
  /** `artifactType` of a manifest with one layer: a signature over its subject's digest. */
  signature: "application/vnd.hookwright.hooks.signature.v1+json",
  signatureBytes: "application/vnd.hookwright.hooks.signature.v1",
} as const;

/** Annotation of a layer: what it is called. */
export const TITLE = "org.opencontainers.image.title";

/** Annotation of a hooks artifact: the repository that it is made for, `HOST/REPOSITORY`. The signature covers it. */
export const FOR_REPOSITORY = "vnd.hookwright.repository";

/** Annotation of an image's entry in index.json, for tools that know no referrers: digests of its hooks artifacts. */
export const CARRIES_HOOKS = "vnd.hookwright.hooks";

/** What is signed; the first line keeps a signature from meaning anything else. */
export function signedText(artifact: string): string {
  return `hookwright-image-hooks-v1\n${artifact}\n`;
}
