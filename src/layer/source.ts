/**
 * Layers as the main thread takes them: pieces of plain bytes, then what the blob turned out to be, then the next layer. Large
 * ones come from a thread of their own; small ones are not worth starting it.
 */

import { decode } from "../linux/primitive.ts";
import { Failure } from "../spec/failure.ts";
import type { WorkerOrder } from "./decompress-worker.ts";
import { Ring, SLOT_KIND } from "./ring.ts";
import { type BlobSums, type LayerBlob, plainBytes } from "./stream.ts";
import { startThread } from "./thread.ts";

/** A piece of a layer, or its end. The bytes hold until the next call of `next`. */
export type Piece = { readonly bytes: Uint8Array } | { readonly sums: BlobSums };

export interface LayerSource {
  /** The next piece; undefined when there is none yet, after a while. Throws LinuxError and Failure. */
  next(): Piece | undefined;
  close(): void;
}

/** Compressed bytes in all from which on a second thread is worth its start. */
const WORTH_A_THREAD = 2 * 1024 * 1024;
const PATIENCE_MS = 50;
const SMALL_BUFFER = 256 * 1024;

export function openSource(blobs: readonly LayerBlob[]): LayerSource {
  const size = blobs.reduce((sum, blob) => sum + blob.size, 0);
  return size < WORTH_A_THREAD ? new OwnThread(blobs) : new OtherThread(blobs);
}

class OtherThread implements LayerSource {
  readonly #ring = new Ring();
  readonly #worker: Worker;
  #taken = false;

  constructor(blobs: readonly LayerBlob[]) {
    this.#worker = startThread("decompress-worker.ts");
    const order: WorkerOrder = { memory: this.#ring.memory, blobs };
    this.#worker.postMessage(order);
  }

  next(): Piece | undefined {
    if (this.#taken) this.#ring.release();
    const slot = this.#ring.take(PATIENCE_MS);
    this.#taken = slot !== undefined;
    if (slot === undefined) return undefined;
    if (slot.kind === SLOT_KIND.data) return { bytes: slot.bytes };
    const message = JSON.parse(decode(slot.bytes.slice()));
    if (slot.kind === SLOT_KIND.end) return { sums: message };
    throw new Failure(message.code ?? "layer_unreadable", message.message, message);
  }

  close(): void {
    this.#ring.stop();
    this.#worker.terminate();
  }
}

class OwnThread implements LayerSource {
  readonly #rest: LayerBlob[];
  readonly #buffer = new Uint8Array(SMALL_BUFFER);
  #bytes: Generator<number, BlobSums> | undefined;

  constructor(blobs: readonly LayerBlob[]) {
    this.#rest = [...blobs];
  }

  next(): Piece | undefined {
    if (this.#bytes === undefined) {
      const blob = this.#rest.shift();
      if (blob === undefined) throw new Error("no layer is left");
      this.#bytes = plainBytes(blob, () => this.#buffer);
    }
    const step = this.#bytes.next();
    if (!step.done) return { bytes: this.#buffer.subarray(0, step.value) };
    this.#bytes = undefined;
    return { sums: step.value };
  }

  close(): void {}
}
