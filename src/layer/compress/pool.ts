/**
 * Compressing blocks in as many threads as there are processors. What comes out is in the order of what went in. A block is
 * put together where a thread finds it; a layer of a single block starts no thread.
 */

import { availableParallelism } from "node:os";
import { startThread } from "../thread.ts";
import { blockSize, compressor, type Format } from "./block.ts";
import { Slots, STATE } from "./slots.ts";

/** More threads than this the one that reads files cannot keep busy; zstd is quick, and its blocks are large. */
const MOST_THREADS: { readonly [format in Format]: number } = { gzip: 4, zstd: 2 };

/** Blocks beyond those that are compressed: one is put together while another waits for the thread that is free first. */
const SPARE_SLOTS = 2;

export class CompressionPool {
  readonly #format: Format;
  readonly #emit: (compressed: Uint8Array) => void;
  /** Memory of the first block. */
  readonly #first: Uint8Array<ArrayBuffer>;
  #slots: Slots | undefined;
  #workers: Worker[] = [];
  /** Blocks that went in, and that came out. */
  #in = 0;
  #out = 0;

  /** `emit` gets each compressed block, valid until it returns. */
  constructor(format: Format, emit: (compressed: Uint8Array) => void) {
    this.#format = format;
    this.#emit = emit;
    this.#first = new Uint8Array(blockSize(format, 0));
  }

  /** Memory for the next block, to be filled and added. Blocks while all threads are busy. */
  room(): Uint8Array {
    const slots = this.#slots;
    if (slots === undefined) return this.#first;
    if (this.#in - this.#out === slots.shared.count) this.#takeOne(slots);
    return slots.room(this.#in).subarray(0, blockSize(this.#format, this.#in));
  }

  /** Takes the block of `length` bytes that was put into the room; another will follow. */
  add(length: number): void {
    const slots = this.#slots ?? this.#start();
    slots.resize(this.#in, length);
    slots.set(this.#in, STATE.filled);
    this.#in++;
  }

  /** Takes the last block, and waits for what is left of the others. */
  finish(length: number): void {
    const slots = this.#slots;
    if (slots === undefined) {
      this.#emit(compressor(this.#format)(this.#first.subarray(0, length)));
      return;
    }
    if (length > 0) this.add(length);
    while (this.#out < this.#in) this.#takeOne(slots);
  }

  /** Ends the threads; needed after an error too. */
  close(): void {
    this.#slots?.stop();
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  #takeOne(slots: Slots): void {
    slots.wait(this.#out, STATE.done);
    this.#emit(slots.content(this.#out));
    slots.set(this.#out, STATE.empty);
    this.#out++;
  }

  /** Starts the threads, with the first block in the first slot. */
  #start(): Slots {
    const threads = Math.max(1, Math.min(MOST_THREADS[this.#format], availableParallelism()));
    const slots = Slots.create(this.#format, threads + SPARE_SLOTS);
    this.#slots = slots;
    slots.room(0).set(this.#first);
    for (let i = 0; i < threads; i++) {
      const worker = startThread("compress/worker.ts");
      worker.postMessage(slots.shared);
      this.#workers.push(worker);
    }
    return slots;
  }
}
