/**
 * `hookwright/image`, for programs on Bun: the verbs of `hookwright image` as functions with the same meaning. They return data,
 * print nothing, and throw `Failure`, whose `code` is for programs and whose `hint` says what mends it. Importing it binds the
 * kernel's calls to this process.
 */

import { addLayerArchive } from "../commands/image-add-layer.ts";
import { configImage as config } from "../commands/image-config.ts";
import { type CopiedImage, type CopyWishes, copy } from "../commands/image-copy.ts";
import { flattenImage as flatten } from "../commands/image-flatten.ts";
import { type IndexedImage, indexImages } from "../commands/image-index.ts";
import { insertFiles as insert, type LayerRequest } from "../commands/image-insert.ts";
import { type InspectedImage, inspect } from "../commands/image-inspect.ts";
import type { MediaWishes } from "../commands/image-media.ts";
import { newImage as create } from "../commands/image-new.ts";
import { repackBundle as repack } from "../commands/image-repack.ts";
import { squashImage as squash } from "../commands/image-squash.ts";
import { type ImageState, statImage as stat } from "../commands/image-stat.ts";
import { tagImage as tag } from "../commands/image-tag.ts";
import { type UnpackRequest, unpackToBundle, unpackToRootfs } from "../commands/image-unpack.ts";
import { primitive } from "../host/bun.ts";
import type { Progress } from "../layer/apply.ts";
import type { Limits } from "../layer/limits.ts";
import { bind } from "../linux/primitive.ts";
import type { ConfigChange } from "../rules/image/config-change.ts";
import type { HistoryWords } from "../rules/image/history.ts";
import { parsePlatform } from "../rules/image/platform.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { Compression, Descriptor, Platform } from "../spec/image.ts";
import { rootsAt } from "../spec/roots.ts";

export { diffImages, type ImageDifference } from "../commands/image-diff.ts";
export { collectLayoutGarbage } from "../commands/image-gc.ts";
export { initLayout } from "../commands/image-init.ts";
export { listTags } from "../commands/image-list.ts";
export { removeTag } from "../commands/image-remove.ts";
export { type Validation, validateLayout } from "../commands/image-validate.ts";
export { Failure } from "../spec/failure.ts";
export type { Descriptor, ImageConfig, Manifest } from "../spec/image.ts";

bind(primitive);

/** A tag of a layout. */
export interface ImageName {
  /** Directory of the layout. */
  readonly path: string;
  readonly tag: string;
}

export interface Choice {
  /** `OS/ARCHITECTURE[/VARIANT]`, where the tag stands for several. */
  readonly platform?: string;
}

export interface Change extends Choice {
  /** Tag of the result; the image's own when absent. */
  readonly tag?: string;
  /** What the entry of the history says; false for none. */
  readonly history?: HistoryWords | false;
  /** Seconds since 1970 in place of the present, and the latest time of a file in a layer. */
  readonly date?: number;
}

export interface NewLayer extends Change {
  /** `auto`, the default: as the image's last layer that is compressed. */
  readonly compression?: Compression | "auto";
  readonly map?: Partial<IdMaps>;
  readonly warn?: (message: string) => void;
}

export interface Unpacking extends Choice {
  readonly map?: Partial<IdMaps>;
  /** Keeps a link to a directory where a layer has a directory. */
  readonly keepDirlinks?: boolean;
  readonly limits?: Limits;
  /** Ends the work between two files; what was made is taken away again. */
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
  readonly progress?: (progress: Progress) => void;
}

/** How media are reached; passwords are looked for where the command line looks. */
export interface Reaching extends Omit<MediaWishes, "env" | "stop"> {
  readonly signal?: AbortSignal;
}

const nothing = (): void => undefined;

/** Makes an image without layers for this machine's platform. */
export function newImage(image: ImageName, { date }: { readonly date?: number } = {}): void {
  create(image, date);
}

/** Gives one more tag to an image, or to the part of it that is for the platform. */
export function tagImage(image: ImageName, name: string, choice: Choice = {}): void {
  tag(image, name, platformOf(choice));
}

/** What the image is made of. */
export function statImage(image: ImageName, choice: Choice = {}): ImageState {
  return stat(image, platformOf(choice));
}

/** Changes what the image says about itself. */
export function configImage(image: ImageName, change: Partial<ConfigChange>, wishes: Change = {}): void {
  const full = { clear: [], exposedPorts: [], volumes: [], env: [], labels: [], annotations: [], ...change };
  config(image, { ...changeOf(image, wishes), change: full });
}

/** Puts a file or a tree of this machine at `target`, as a layer; `opaque` hides what lower layers have there. */
export function insertFiles(
  image: ImageName,
  source: string,
  target: string,
  { opaque = false, ...wishes }: NewLayer & { readonly opaque?: boolean } = {},
): Descriptor {
  return insert(image, { ...layerOf(image, wishes), source, target, opaque });
}

/** Takes a path of the image away, by a layer. */
export function removePath(image: ImageName, target: string, wishes: NewLayer = {}): Descriptor {
  return insert(image, { ...layerOf(image, wishes), source: undefined, target, opaque: false });
}

/** Adds a tar archive that is not compressed as a layer, as it is. */
export function addLayer(
  image: ImageName,
  archive: string,
  wishes: Omit<NewLayer, "map" | "warn"> = {},
): Descriptor {
  return addLayerArchive(image, archive, layerOf(image, wishes));
}

/** Makes a bundle of the image, whole or not at all. */
export async function unpackBundle(image: ImageName, bundle: string, wishes: Unpacking = {}): Promise<void> {
  await unpackToBundle(bundle, unpackingOf(image, wishes));
}

/** Unpacks the root file system alone, also over what is there. */
export async function unpackRootfs(image: ImageName, rootfs: string, wishes: Unpacking = {}): Promise<void> {
  await unpackToRootfs(rootfs, unpackingOf(image, wishes));
}

export interface Repacking extends Omit<NewLayer, "tag" | "platform" | "map"> {
  /** Paths whose changes are left out. */
  readonly maskPaths?: readonly string[];
  /** Whether changes below the image's volumes are left out; they are by default. */
  readonly maskVolumes?: boolean;
  /** Writes the bundle's manifest anew, so that the next repack starts from here. */
  readonly refresh?: boolean;
  /** Reads every file, whatever the index says. */
  readonly verify?: boolean;
}

/** Makes the image of what was changed in a bundle. */
export function repackBundle(image: ImageName, bundle: string, wishes: Repacking = {}): void {
  const { maskPaths = [], maskVolumes = true, refresh = false, verify = false } = wishes;
  const request = { ...layerOf(image, wishes), maskPaths, maskVolumes, refresh, verify, info: nothing };
  repack(image, bundle, request);
}

/** Makes the layers from number `from` on, counted from 1, one. Returns how many there were and are. */
export function squashImage(
  image: ImageName,
  { from = 1, ...wishes }: Omit<NewLayer, "history" | "map" | "warn"> & { readonly from?: number } = {},
): { readonly manifest: Descriptor; readonly before: number; readonly after: number } {
  return squash(image, { ...layerOf(image, wishes), from, created: wishes.date });
}

/** Writes the root file system as one tar archive; returns its size in bytes. */
export function flattenImage(image: ImageName, file: string, choice: Choice = {}): number {
  return flatten({ ...image, platform: platformOf(choice) }, file).bytes;
}

/** Makes one tag of the images of several; with `add`, of what it stands for already too. */
export function mergeImages(image: ImageName, from: readonly string[], add = false): IndexedImage[] {
  return indexImages(image.path, { tag: image.tag, from, remove: [], add });
}

export interface Copying extends Reaching, Choice {
  /** All platforms of an index. */
  readonly all?: boolean;
  /** Signatures and other artifacts that refer to the image; they go along by default. */
  readonly referrers?: boolean;
  readonly report?: NonNullable<CopyWishes["report"]>;
}

/** Copies between media: `oci:DIR:TAG`, `docker://HOST/REPOSITORY:TAG`, … */
export function copyImage(from: string, to: string, wishes: Copying = {}): Promise<CopiedImage> {
  const { all = false, referrers = true, ...rest } = wishes;
  return copy(roots(), { ...reaching(rest), from, to, all, referrers });
}

/** What an image is, wherever it is, without its layers. */
export function inspectImage(image: string, wishes: Reaching & Choice = {}): Promise<InspectedImage> {
  return inspect(roots(), { ...reaching(wishes), image });
}

function platformOf({ platform }: Choice): Platform | undefined {
  return platform === undefined ? undefined : parsePlatform(platform);
}

function changeOf(image: ImageName, wishes: Change): Omit<LayerRequest, "compression"> {
  return {
    newTag: wishes.tag ?? image.tag,
    platform: platformOf(wishes),
    history: wishes.history === false ? undefined : (wishes.history ?? {}),
    sourceDate: () => wishes.date,
  };
}

function layerOf(image: ImageName, wishes: NewLayer) {
  const { compression = "auto", warn = nothing, map } = wishes;
  return { ...changeOf(image, wishes), compression, mapping: mapOf(map), warn };
}

function unpackingOf(image: ImageName, wishes: Unpacking): UnpackRequest {
  return {
    image,
    platform: platformOf(wishes),
    map: mapOf(wishes.map),
    keepDirlinks: wishes.keepDirlinks ?? false,
    limits: wishes.limits ?? {},
    stop: wishes.signal ?? new AbortController().signal,
    warn: wishes.warn ?? nothing,
    progress: wishes.progress ?? nothing,
  };
}

function mapOf(map: Partial<IdMaps> = {}): IdMaps {
  return { uidMappings: [], gidMappings: [], rootless: false, ...map };
}

function roots() {
  return rootsAt(process.env.HOOKWRIGHT_ROOT ?? "/");
}

function reaching<T extends Reaching>({ signal = new AbortController().signal, ...rest }: T) {
  return { ...rest, env: process.env, stop: signal };
}
