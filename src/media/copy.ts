/**
 * An image from a source to a sink, byte for byte: blobs first and several at a time, what the sink has already is not
 * sent; then manifests, from the leaves up, what refers to them, and the name last.
 */

import { setImmediate } from "node:timers/promises";
import { readIndex, readManifest } from "../codec/image/read.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import { isForeign, kindOf } from "./kind.ts";
import type { Bytes, Content, Sink, Source } from "./medium.ts";

export interface CopyOptions {
  /** Chooses one image of an index; undefined copies the index with all of its images. */
  readonly choose?: (images: readonly Descriptor[]) => Descriptor;
  /** Whether what refers to the images comes along: signatures, hooks, bills of material. */
  readonly referrers: boolean;
  readonly report?: (blob: BlobReport) => void;
  /** Ends the copy between two pieces of a blob. */
  readonly signal?: AbortSignal;
}

export interface BlobReport {
  readonly descriptor: Descriptor;
  /** `kept` was in the sink before. */
  readonly state: "begun" | "sent" | "kept";
}

export interface Copied {
  readonly root: Descriptor;
  /** Digests of all manifests and indexes, those that refer to others among them. */
  readonly manifests: string[];
  readonly referrers: string[];
  readonly sent: number;
  readonly kept: number;
  /** Of the blobs that were sent. */
  readonly bytes: number;
}

const AT_ONCE = 4;
/** Indexes in indexes, and referrers of referrers. */
const DEEPEST = 8;
const MOST_MANIFESTS = 10_000;

/** Copies. Throws what source and sink throw; the sink then has no new name, and what has arrived of blobs is not sent again. */
export async function copyImage(source: Source, sink: Sink, options: CopyOptions): Promise<Copied> {
  const copy = new Copy(source, sink, options);
  const root = await copy.chosen();
  await copy.manifest(root, 0);
  await sink.finish(root);
  const { manifests, referrers, sent, kept, bytes } = copy;
  return { root: root.descriptor, manifests: [...manifests], referrers: [...referrers], sent, kept, bytes };
}

class Copy {
  readonly manifests = new Set<string>();
  readonly referrers = new Set<string>();
  sent = 0;
  kept = 0;
  bytes = 0;
  private readonly blobs = new Set<string>();
  private readonly source: Source;
  private readonly sink: Sink;
  private readonly options: CopyOptions;

  constructor(source: Source, sink: Sink, options: CopyOptions) {
    this.source = source;
    this.sink = sink;
    this.options = options;
  }

  /** The image that is meant: of an index one, or the index. */
  async chosen(): Promise<Content> {
    const { choose } = this.options;
    let { root } = this.source;
    for (let depth = 0; choose !== undefined && kindOf(root.descriptor) === "index"; depth++) {
      if (depth === DEEPEST) throw tooDeep(root.descriptor);
      root = await this.source.manifest(choose(indexIn(root).manifests));
    }
    if (kindOf(root.descriptor) === "index" && this.sink.single !== undefined) {
      throw new Failure("index_refused", `write ${this.sink.name}: ${this.sink.single}`, {
        hint: "leave --all out, and choose an image with --platform",
      });
    }
    return root;
  }

  async manifest(content: Content, depth: number): Promise<void> {
    const { descriptor } = content;
    if (this.manifests.has(descriptor.digest)) return;
    if (depth === DEEPEST || this.manifests.size === MOST_MANIFESTS) throw tooDeep(descriptor);
    this.manifests.add(descriptor.digest);
    if (kindOf(descriptor) === "index") {
      for (const child of indexIn(content).manifests) await this.child(child, depth + 1);
    } else {
      const { config, layers } = readManifest(textOf(content), descriptor.digest, descriptor.mediaType);
      await this.all([config, ...layers.filter((layer) => !isForeign(layer))]);
    }
    await this.sink.putManifest(content);
    if (!this.options.referrers || this.sink.single !== undefined) return;
    for (const referrer of await this.source.referrers(descriptor.digest)) {
      this.referrers.add(referrer.digest);
      await this.manifest(await this.source.manifest(referrer), depth + 1);
    }
  }

  /** An index may also name what is no image; that is taken for a blob. */
  private async child(descriptor: Descriptor, depth: number): Promise<void> {
    if (kindOf(descriptor) === "other") await this.all([descriptor]);
    else await this.manifest(await this.source.manifest(descriptor), depth);
  }

  private async all(descriptors: readonly Descriptor[]): Promise<void> {
    const queue = descriptors.filter(({ digest }) => !this.blobs.has(digest) && this.blobs.add(digest));
    const stop = new AbortController();
    const work = async () => {
      for (let next = queue.shift(); next !== undefined && !stop.signal.aborted; next = queue.shift()) {
        try {
          await this.blob(next, stop.signal);
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }
    };
    const workers = Array.from({ length: Math.min(AT_ONCE, queue.length) }, work);
    // All of them have ended when this returns; the first error is the one that ended the others.
    await Promise.allSettled(workers);
    stop.signal.throwIfAborted();
  }

  private async blob(descriptor: Descriptor, stop: AbortSignal): Promise<void> {
    const { report, signal } = this.options;
    signal?.throwIfAborted();
    if (await this.sink.claim(descriptor, this.source.origin)) {
      this.kept++;
      report?.({ descriptor, state: "kept" });
      return;
    }
    report?.({ descriptor, state: "begun" });
    await this.sink.put(descriptor, () =>
      until(this.source.blob(descriptor), signal === undefined ? stop : AbortSignal.any([stop, signal])),
    );
    this.sent++;
    this.bytes += descriptor.size;
    report?.({ descriptor, state: "sent" });
  }
}

async function* until(bytes: Bytes, stop: AbortSignal): Bytes {
  for await (const chunk of bytes) {
    // A medium on the disk never waits for anything, and an interrupt has to get its turn.
    await setImmediate();
    stop.throwIfAborted();
    yield chunk;
  }
}

function indexIn(content: Content) {
  return readIndex(textOf(content), content.descriptor.digest, content.descriptor.mediaType);
}

function textOf({ bytes }: Content): string {
  return new TextDecoder().decode(bytes);
}

function tooDeep({ digest }: Descriptor): Failure {
  return new Failure("image_too_deep", `copy ${digest}: indexes or referrers are nested too deeply`, {
    hint: "no tool makes such an image; look at it with inspect",
  });
}
