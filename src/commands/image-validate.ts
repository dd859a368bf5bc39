/** `image validate`: whether a layout and its images are what the specification says, down to the last byte. */

import { plainBytes } from "../layer/stream.ts";
import { close } from "../linux/descriptor.ts";
import { isConfig, isIndex, isManifest } from "../media/kind.ts";
import { tagMissing, tagOf } from "../media/layout/tag.ts";
import { type Layout, withLayout } from "../media/layout.ts";
import { checkConfig, checkIndex, checkManifest } from "../rules/image/check.ts";
import { layerCompression } from "../rules/image/layer-type.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor, Manifest } from "../spec/image.ts";

export interface ImageProblem {
  /** The tag that led there; null when there is none. */
  readonly tag: string | null;
  /** `index`, or the kind and digest of a blob. */
  readonly where: string;
  readonly problem: string;
}

export interface Validation {
  readonly problems: readonly ImageProblem[];
  /** Blobs that were read and verified, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
}

const BUFFER = 256 * 1024;

/** Checks the images of `tag`, or all of the layout. Throws `Failure` `layout_…` and, for a tag that is not there, `tag_missing`. */
export function validateLayout(path: string, tag?: string): Validation {
  return withLayout(path, (layout) => new Validator(layout).run(tag));
}

class Validator {
  readonly #layout: Layout;
  readonly #problems: ImageProblem[] = [];
  readonly #seen = new Set<string>();
  #tag: string | null = null;
  #bytes = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  run(tag: string | undefined): Validation {
    const index = this.#layout.index();
    const entries = index.manifests.filter((one) => tag === undefined || tagOf(one) === tag);
    if (tag !== undefined && entries.length === 0) throw tagMissing(tag);
    if (tag === undefined) this.#add("index", ...checkIndex(index));
    const tags = entries.flatMap((one) => tagOf(one) ?? []);
    for (const twice of new Set(tags.filter((name, at) => tags.indexOf(name) !== at))) {
      this.#add("index", `the tag ${JSON.stringify(twice)} is there more than once`);
    }
    for (const entry of entries) {
      this.#tag = tagOf(entry) ?? null;
      this.#checkBlob(entry);
    }
    return { problems: this.#problems, blobs: this.#seen.size, bytes: this.#bytes };
  }

  #add(where: string, ...problems: string[]): void {
    for (const problem of problems) this.#problems.push({ tag: this.#tag, where, problem });
  }

  /** Runs a check; what it cannot even read is one more problem. */
  #attempt(where: string, check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#add(where, error.message);
    }
  }

  #checkBlob(descriptor: Descriptor): void {
    const { digest, size } = descriptor;
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    this.#bytes += size;
    if (isIndex(descriptor)) {
      this.#attempt(`index ${digest}`, () => {
        const index = this.#layout.readIndexBlob(descriptor);
        this.#add(`index ${digest}`, ...checkIndex(index));
        for (const child of index.manifests) this.#checkBlob(child);
      });
    } else if (isManifest(descriptor)) {
      this.#attempt(`manifest ${digest}`, () => this.#checkManifest(descriptor));
    } else this.#attempt(`blob ${digest}`, () => this.#verify(descriptor, undefined));
  }

  #checkManifest(descriptor: Descriptor): void {
    const manifest = this.#layout.readManifest(descriptor);
    this.#add(`manifest ${descriptor.digest}`, ...checkManifest(manifest));
    const { config } = manifest;
    if (!isConfig(config)) {
      for (const one of [config, ...manifest.layers]) this.#checkBlob(one);
      return;
    }
    let diffIds: string[] = [];
    this.#attempt(`config ${config.digest}`, () => {
      this.#seen.add(config.digest);
      this.#bytes += config.size;
      const read = this.#layout.readConfig(config);
      diffIds = read.rootfs.diff_ids;
      this.#add(`config ${config.digest}`, ...checkConfig(read, manifest, descriptor));
    });
    this.#checkLayers(manifest, diffIds);
  }

  #checkLayers({ layers }: Manifest, diffIds: readonly string[]): void {
    for (const [at, layer] of layers.entries()) {
      const key = `${layer.digest} ${diffIds[at]}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key).add(layer.digest);
      this.#bytes += layer.size;
      this.#attempt(`layer ${layer.digest}`, () => this.#verify(layer, diffIds[at]));
    }
  }

  /** Reads a blob through; with a diff id, as a layer. */
  #verify(descriptor: Descriptor, diffId: string | undefined): void {
    const { digest, size, mediaType } = descriptor;
    const compression = diffId === undefined ? "none" : layerCompression(mediaType);
    const fd = this.#layout.openBlob(descriptor);
    try {
      const buffer = new Uint8Array(BUFFER);
      const reading = plainBytes({ fd, size, compression }, () => buffer);
      let step = reading.next();
      while (!step.done) step = reading.next();
      const sums = step.value;
      if (sums.digest !== digest) this.#add(`blob ${digest}`, `its content is ${sums.digest}`);
      else if (diffId !== undefined && sums.diffId !== diffId) {
        this.#add(`layer ${digest}`, `its diff id is ${sums.diffId}, and the configuration says ${diffId}`);
      }
    } finally {
      close(fd);
    }
  }
}
