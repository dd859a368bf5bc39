/**
 * The parts of the OCI image specification 1.1.1 that Hookwright reads or writes: descriptors, manifests, indexes and
 * configurations. Fields that are not named here are carried along untouched, which the index signatures say.
 */

import type { Json } from "./runtime-config.ts";

export const MEDIA_TYPE = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  foreignLayer: "application/vnd.oci.image.layer.nondistributable.v1.tar",
  empty: "application/vnd.oci.empty.v1+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  dockerForeignLayer: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
} as const;

/** Annotation that names a tag in an index (annotations.md, Pre-Defined Annotation Keys). */
export const REF_NAME = "org.opencontainers.image.ref.name";

/** Prefix of a base name that says that the rest of it is gone (layer.md, Whiteouts). */
export const WHITEOUT = ".wh.";

/** Says that nothing of what lower layers have in its directory is left (layer.md, Opaque Whiteout). */
export const OPAQUE_WHITEOUT = ".wh..wh..opq";

/** How a layer's tar is wrapped. */
export type Compression = "none" | "gzip" | "zstd";

/** descriptor.md: `digest` is `sha256:…`, `size` in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  urls?: string[];
  annotations?: { [key: string]: string };
  /** Base64 of the content itself. */
  data?: string;
  platform?: Platform;
  artifactType?: string;
  [key: string]: unknown;
}

/** image-index.md, `manifests[].platform`. */
export interface Platform {
  architecture: string;
  os: string;
  "os.version"?: string;
  "os.features"?: string[];
  variant?: string;
  [key: string]: unknown;
}

/** manifest.md */
export interface Manifest {
  schemaVersion: number;
  mediaType?: string;
  artifactType?: string;
  config: Descriptor;
  layers: Descriptor[];
  subject?: Descriptor;
  annotations?: { [key: string]: string };
  [key: string]: unknown;
}

/** image-index.md */
export interface ImageIndex {
  schemaVersion: number;
  mediaType?: string;
  artifactType?: string;
  manifests: Descriptor[];
  subject?: Descriptor;
  annotations?: { [key: string]: string };
  [key: string]: unknown;
}

/** config.md */
export interface ImageConfig {
  created?: string;
  author?: string;
  architecture: string;
  os: string;
  "os.version"?: string;
  "os.features"?: string[];
  variant?: string;
  config?: ProcessDefaults;
  rootfs: { type: string; diff_ids: string[]; [key: string]: unknown };
  history?: History[];
  [key: string]: unknown;
}

/** config.md, `config`: what a container of the image runs. */
export interface ProcessDefaults {
  User?: string;
  ExposedPorts?: { [port: string]: Json };
  Env?: string[] | null;
  Entrypoint?: string[] | null;
  Cmd?: string[] | null;
  Volumes?: { [path: string]: Json } | null;
  WorkingDir?: string;
  Labels?: { [name: string]: string } | null;
  StopSignal?: string;
  [key: string]: unknown;
}

/** config.md, `history`: one entry per layer, and one per change without a layer. */
export interface History {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
  [key: string]: unknown;
}
