/**
 * Compressing blocks in as many threads as there are processors. What comes out is in the order of what went in. A layer of
 * a single block starts no thread.
 */

import { availableParallelism } from "node:os";
import { startThread } from "../thread.ts";
import { compressBlock, type Format } from "./block.ts";
import { Slots, STATE } from "./slots.ts";

/** More threads than this the one that reads files cannot keep busy. */
const MOST_THREADS = 4;

export class CompressionPool {
  readonly #format: Format;
  readonly #emit: (compressed: Uint8Array) => void;
  #slots: Slots | undefined;
  #workers: Worker[] = [];
  /** Blocks that went in, and that came out. */
  #in = 0;
  #out = 0;

  /** `emit` gets each compressed block, valid until it returns. */
  constructor(format: Format, emit: (compressed: Uint8Array) => void) {
    this.#format = format;
    this.#emit = emit;
  }

  /** Takes a block; `last` says that none follows. Blocks while all threads are busy. */
  add(block: Uint8Array<ArrayBuffer>, last: boolean): void {
    if (last && this.#slots === undefined) {
      if (block.length > 0 || this.#in === 0) this.#emit(compressBlock(this.#format, block));
      return;
    }
    const slots = this.#start();
    if (block.length > 0) {
      if (this.#in - this.#out === slots.shared.count) this.#takeOne(slots);
      slots.put(this.#in, block);
      slots.set(this.#in, STATE.filled);
      this.#in++;
    }
    if (last) while (this.#out < this.#in) this.#takeOne(slots);
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

  #start(): Slots {
    if (this.#slots !== undefined) return this.#slots;
    const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
    const slots = Slots.create(this.#format, threads * 2 + 1);
    this.#slots = slots;
    for (let i = 0; i < threads; i++) {
      const worker = startThread("compress/worker.ts");
      worker.postMessage(slots.shared);
      this.#workers.push(worker);
    }
    return slots;
  }
}
