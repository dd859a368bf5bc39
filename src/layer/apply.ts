/**
 * Applying the layers of an image to a directory. One pass over each blob does all: its digest, its size, the digest of its
 * tar and the files; none is taken for good before all of it agrees with what manifest and configuration say.
 */

import { TarReader } from "../codec/tar/read.ts";
import { LinuxError } from "../linux/error.ts";
import { umask } from "../linux/process.ts";
import { fstat } from "../linux/stat.ts";
import { xattrNamesOf } from "../linux/xattr.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { Compression, Descriptor } from "../spec/image.ts";
import { type ExtractOptions, Extractor } from "./extract.ts";
import { Meter } from "./limits.ts";
import { restoreDirectories } from "./restore.ts";
import { type LayerSource, openSource } from "./source.ts";
import type { BlobSums } from "./stream.ts";
import { Tree } from "./tree.ts";

export interface Layer {
  readonly descriptor: Descriptor;
  /** sha256:… of its tar. */
  readonly diffId: string;
  readonly compression: Compression;
  /** The blob, open for reading. */
  readonly fd: number;
}

export interface Progress {
  /** Number of the layer, from 1 on, and of how many. */
  readonly layer: number;
  readonly of: number;
  readonly entries: number;
  /** Bytes of the layer's tar so far. */
  readonly bytes: number;
}

export interface ApplyOptions extends ExtractOptions {
  /** Whether the directory is known to be empty. */
  readonly fresh: boolean;
  /** Whether the hash of each file is wanted. */
  readonly digest: boolean;
  readonly progress?: (progress: Progress) => void;
  readonly stop?: AbortSignal;
}

const EPOCH = { seconds: 0, nanoseconds: 0 };
/** So often the event loop gets its turn. */
const TURN_MS = 50;

/**
 * Unpacks the layers, in order, below the open directory `root`. The tree that is returned says what every file holds.
 * Throws `Failure`; what was unpacked until then stays.
 */
export async function applyLayers(
  root: number,
  layers: readonly Layer[],
  options: ApplyOptions,
): Promise<Tree> {
  const tree = new Tree(root, options.fresh);
  tree.root.bequeaths = !options.fresh || (fstat(root).mode & 0o2000) !== 0 || xattrNamesOf(root).length > 0;
  // Images often say nothing of their root directory; umoci lets it be as old as can be.
  tree.root.times = { atime: EPOCH, mtime: EPOCH };
  const meter = new Meter(options.limits ?? {});
  const extractor = new Extractor(tree, meter, options, options.digest);
  const blobs = layers.map(({ fd, descriptor: { size }, compression }) => ({ fd, size, compression }));
  const source = openSource(blobs);
  const mask = umask(0);
  try {
    for (const [at, layer] of layers.entries()) {
      extractor.layer = at;
      const pump = new LayerPump(source, layer, extractor, meter);
      while (!pump.advance(TURN_MS)) {
        options.progress?.({ layer: at + 1, of: layers.length, entries: meter.entries, bytes: pump.plain });
        await new Promise(setImmediate);
        if (options.stop?.aborted) throw new Failure("interrupted", "unpack image: interrupted");
      }
    }
    restoreDirectories(tree);
    return tree;
  } finally {
    umask(mask);
    extractor.abort();
    source.close();
    tree.close();
  }
}

/** Moves one layer from its source to the extractor. */
class LayerPump {
  /** Bytes of the tar so far. */
  plain = 0;
  readonly #source: LayerSource;
  readonly #layer: Layer;
  readonly #reader: TarReader;
  readonly #meter: Meter;

  constructor(source: LayerSource, layer: Layer, extractor: Extractor, meter: Meter) {
    this.#source = source;
    this.#layer = layer;
    this.#reader = new TarReader(extractor);
    this.#meter = meter;
  }

  /** Works for about so long; returns whether the layer is done. @throws Failure */
  advance(ms: number): boolean {
    const { digest, size } = this.#layer.descriptor;
    const until = performance.now() + ms;
    try {
      do {
        const piece = this.#source.next();
        if (piece === undefined) continue;
        if ("sums" in piece) {
          verifyLayer(this.#layer, piece.sums);
          this.#reader.finish();
          return true;
        }
        this.plain += piece.bytes.length;
        this.#meter.stream(this.plain, size);
        this.#reader.push(piece.bytes);
      } while (performance.now() < until);
      return false;
    } catch (error) {
      const what = `unpack manifest: layer ${digest}`;
      if (error instanceof Failure) throw failureWithin(what, error);
      if (!(error instanceof LinuxError)) throw error;
      throw new Failure("layer_unreadable", `${what}: ${error.message}`, {
        hint: "Look at what the disk of the image says.",
        cause: error,
      });
    }
  }
}

/** Holds what was read against what manifest and configuration say; the digest comes first. @throws Failure */
export function verifyLayer({ descriptor, diffId }: Layer, sums: BlobSums): void {
  const hint = "The image is damaged; get it again.";
  if (sums.digest !== descriptor.digest && sums.size === descriptor.size) {
    const what = `expected ${descriptor.digest} not ${sums.digest}: verified reader digest mismatch`;
    throw new Failure("blob_digest", what, { hint });
  }
  if (sums.size !== descriptor.size) {
    const what = `expected ${descriptor.size} bytes, not ${sums.size}: verified reader size mismatch`;
    throw new Failure("blob_size", what, { hint });
  }
  if (sums.diffId !== diffId) {
    throw new Failure("layer_diff_id", `diffid mismatch: got ${sums.diffId} expected ${diffId}`, { hint });
  }
}
