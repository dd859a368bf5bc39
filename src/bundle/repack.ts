/**
 * Making an image of a bundle: what changed since the bundle was unpacked becomes one more layer. Without a change only
 * the history grows. The bundle stays as it is, but for the index of hashes, and with `refresh` becomes one of the new image.
 */

import { byteString } from "../codec/byte-string.ts";
import type { Delta } from "../codec/mtree/compare.ts";
import type { TreeFile } from "../codec/mtree/file.ts";
import { findChanges } from "../layer/changes.ts";
import { withDirectory } from "../layer/directory-at.ts";
import { HashIndexFile, readHashIndex } from "../layer/hash-index-file.ts";
import { kernelName } from "../layer/kernel-name.ts";
import type { LayerStream } from "../layer/layer-stream.ts";
import { Packer } from "../layer/pack.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { O, open, openAt } from "../linux/open.ts";
import { encode } from "../linux/primitive.ts";
import { lstat } from "../linux/stat.ts";
import { endOf, type Walk } from "../media/layout/walk.ts";
import type { Layout } from "../media/layout.ts";
import { withHistory } from "../rules/image/add-layer.ts";
import { maskDeltas } from "../rules/image/mask.ts";
import { Failure } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { Compression, Descriptor, History } from "../spec/image.ts";
import { addImageLayer, commitImage, readImage } from "./add-image-layer.ts";
import { manifestPath, readManifestFile, writeManifestFile } from "./manifest-file.ts";
import { readUmociMetadata, type UmociMetadata, writeUmociMetadata } from "./umoci-metadata.ts";

const ROOTFS = "rootfs";

export interface RepackOptions {
  readonly layout: Layout;
  readonly bundle: string;
  /** Tag of the new image. */
  readonly tag: string;
  readonly compression: Compression | "auto";
  readonly maskPaths: readonly string[];
  /** Whether changes below the image's volumes are left out. */
  readonly maskVolumes: boolean;
  /** Make the bundle one of the new image. */
  readonly refresh: boolean;
  /** Read every file, whatever the index of hashes knows. */
  readonly verify: boolean;
  /** Seconds since 1970; later times of files become this one. */
  readonly latest?: number | undefined;
  /** The entry for the history, by the author of the image and whether no layer goes with it; undefined for none. */
  readonly history: (author: string | undefined, empty: boolean) => History | undefined;
  warn(message: string): void;
  info(message: string): void;
}

export interface Repacked {
  readonly manifest: Descriptor;
  /** What the layer holds; empty when there is none. */
  readonly deltas: readonly Delta[];
}

/** Throws `Failure`, and leaves layout and bundle as they were then. */
export function repack(options: RepackOptions): Repacked {
  const { layout, bundle } = options;
  const metadata = readUmociMetadata(bundle);
  const { walk, mapping } = metadata;
  const image = readImage(layout, walk);
  const { Volumes } = image.config.config ?? {};
  const masks = [...options.maskPaths, ...(options.maskVolumes ? Object.keys(Volumes ?? {}) : [])];
  options.info("computing filesystem diff ...");
  const { deltas: all, tree, root } = changesOf(options, metadata);
  options.info("... done");
  try {
    const deltas = maskDeltas(
      all,
      masks.map((mask) => byteString(encode(mask))),
    );
    const history = options.history(image.config.author, deltas.length === 0);
    const changed =
      deltas.length === 0
        ? { ...image, config: withHistory(image.config, history) }
        : addImageLayer({
            layout,
            image,
            compression: options.compression,
            history,
            fill: (stream) => packDeltas(stream, root, deltas, mapping, options),
          });
    const manifest = commitImage(layout, options.tag, walk, changed);
    if (tree !== undefined) refreshBundle(options, metadata, manifest, tree);
    return { manifest, deltas };
  } finally {
    close(root);
  }
}

/** All that changed, and the root file system's descriptor. The index of hashes is as new afterwards. */
function changesOf(
  { bundle, refresh, verify }: RepackOptions,
  { walk }: UmociMetadata,
): { deltas: Delta[]; tree: TreeFile | undefined; root: number } {
  const path = manifestPath(bundle, endOf(walk).digest);
  const manifest = readManifestFile(path, "open mtree");
  const dir = openDirectory(bundle);
  let root = -1;
  let file: HashIndexFile | undefined;
  try {
    root = openAt(dir, ROOTFS, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    file = HashIndexFile.create(dir);
    const index = verify ? undefined : readHashIndex(dir);
    const changes = findChanges(root, {
      manifest,
      index,
      records: file?.records,
      complete: refresh,
    });
    file?.commit();
    return { ...changes, root };
  } catch (error) {
    file?.abort();
    if (root >= 0) close(root);
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("rootfs_unreadable", `check mtree: ${error.message}`, {
      hint: "The root file system must be readable; --rootless helps who is not root.",
      cause: error,
    });
  } finally {
    close(dir);
  }
}

function openDirectory(bundle: string): number {
  return open(bundle, O.RDONLY | O.DIRECTORY);
}

function packDeltas(
  stream: LayerStream,
  root: number,
  deltas: readonly Delta[],
  mapping: IdMaps,
  { latest, warn }: RepackOptions,
): void {
  const packer = new Packer(stream, { mapping, latest, warn });
  for (const { path, kind } of deltas) {
    if (kind === "missing") packer.addWhiteout(path);
    else {
      const slash = path.lastIndexOf("/");
      withDirectory(root, path.slice(0, Math.max(slash, 0)), (dir) => {
        const name = kernelName(path.slice(slash + 1));
        packer.addFile(path, { dir, name, path, stat: lstat(name, dir) });
      });
    }
  }
  packer.finish();
}

/** The new manifest first: with the old umoci.json the old one still counts. */
function refreshBundle(
  { bundle, layout, tag }: RepackOptions,
  { walk, mapping }: UmociMetadata,
  manifest: Descriptor,
  tree: TreeFile,
): void {
  const old = manifestPath(bundle, endOf(walk).digest);
  const now = manifestPath(bundle, manifest.digest);
  writeManifestFile(now, tree, `${bundle}/${ROOTFS}`);
  writeUmociMetadata(bundle, { walk: walkTo(layout, tag, manifest), mapping });
  if (now !== old) unlinkIfThere(old);
}

function walkTo(layout: Layout, tag: string, manifest: Descriptor): Walk {
  return layout.resolveAll(tag).find((walk) => endOf(walk).digest === manifest.digest) ?? [manifest];
}
