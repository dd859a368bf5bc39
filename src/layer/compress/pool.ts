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
  readonly #threads: number;
  /** Memory that nobody has written to costs nothing. */
  readonly #slots: Slots;
  #workers: Worker[] = [];
  /** Blocks that went in, and that came out. */
  #in = 0;
  #out = 0;

  /** `emit` gets each compressed block, valid until it returns. */
  constructor(format: Format, emit: (compressed: Uint8Array) => void) {
    this.#format = format;
    this.#emit = emit;
    this.#threads = Math.max(1, Math.min(MOST_THREADS[format], availableParallelism()));
    this.#slots = Slots.create(format, this.#threads + SPARE_SLOTS);
  }

  /** Memory for the next block, to be filled and added. Blocks while all threads are busy. */
  room(): Uint8Array {
    if (this.#in - this.#out === this.#slots.shared.count) this.#takeOne();
    return this.#slots.room(this.#in).subarray(0, blockSize(this.#format, this.#in));
  }

  /** Takes the block of `length` bytes that was put into the room; another will follow. */
  add(length: number): void {
    if (this.#workers.length === 0) this.#start();
    this.#slots.resize(this.#in, length);
    this.#slots.set(this.#in, STATE.filled);
    this.#in++;
  }

  /** Takes the last block, and waits for what is left of the others. */
  finish(length: number): void {
    if (this.#workers.length === 0) {
      this.#emit(compressor(this.#format)(this.#slots.room(0).subarray(0, length)));
      return;
    }
    if (length > 0) this.add(length);
    while (this.#out < this.#in) this.#takeOne();
  }

  /** Ends the threads; needed after an error too. */
  close(): void {
    this.#slots.stop();
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  #takeOne(): void {
    this.#slots.wait(this.#out, STATE.done);
    this.#emit(this.#slots.content(this.#out));
    this.#slots.set(this.#out, STATE.empty);
    this.#out++;
  }

  #start(): void {
    for (let i = 0; i < this.#threads; i++) {
      const worker = startThread("compress/worker.ts");
      worker.postMessage(this.#slots.shared);
      this.#workers.push(worker);
    }
  }
}
