/**
 * Memory that the threads of a compression share: some slots, each with room for a plain block and for what becomes of it.
 * Blocks get numbers as they come; block n lies in slot n modulo their count. A slot's state goes from empty to filled to
 * done and back, and whoever waits for the next state sleeps on it.
 */

import { BLOCK_SIZE, type Format, longest } from "./block.ts";

export const STATE = { empty: 0, filled: 1, done: 2 } as const;

/** Words before the slots' own: the number of the next block that a worker takes, and whether there will be no more. */
const TICKET = 0;
const STOPPED = 1;
const SHARED_WORDS = 2;
/** State, length of the plain block, length of the compressed one. */
const SLOT_WORDS = 3;

export interface Shared {
  readonly format: Format;
  readonly count: number;
  readonly words: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

export class Slots {
  readonly shared: Shared;
  readonly #words: Int32Array;
  readonly #plain: number;
  readonly #stride: number;

  constructor(shared: Shared) {
    this.shared = shared;
    this.#words = new Int32Array(shared.words);
    this.#plain = BLOCK_SIZE[shared.format];
    this.#stride = this.#plain + longest(this.#plain);
  }

  static create(format: Format, count: number): Slots {
    const plain = BLOCK_SIZE[format];
    const words = new SharedArrayBuffer((SHARED_WORDS + count * SLOT_WORDS) * 4);
    const bytes = new SharedArrayBuffer(count * (plain + longest(plain)));
    return new Slots({ format, count, words, bytes });
  }

  /** Waits until the slot of block `number` has `state`; false when there will be no more blocks. */
  wait(number: number, state: number): boolean {
    const at = this.#at(number);
    for (;;) {
      const now = Atomics.load(this.#words, at);
      if (now === state) return true;
      if (Atomics.load(this.#words, STOPPED) !== 0 && state === STATE.filled) return false;
      Atomics.wait(this.#words, at, now, 100);
    }
  }

  set(number: number, state: number): void {
    Atomics.store(this.#words, this.#at(number), state);
    Atomics.notify(this.#words, this.#at(number));
  }

  /** The number of the block that a worker compresses next. */
  take(): number {
    return Atomics.add(this.#words, TICKET, 1);
  }

  /** Ends the workers, once they have found that no block follows. */
  stop(): void {
    Atomics.store(this.#words, STOPPED, 1);
    for (let slot = 0; slot < this.shared.count; slot++) Atomics.notify(this.#words, this.#at(slot));
  }

  /** Where a block is put, and what is there. */
  plain(number: number): Uint8Array {
    return this.#bytes(number, 0, Atomics.load(this.#words, this.#at(number) + 1));
  }

  putPlain(number: number, block: Uint8Array): void {
    Atomics.store(this.#words, this.#at(number) + 1, block.length);
    this.#bytes(number, 0, block.length).set(block);
  }

  compressed(number: number): Uint8Array {
    return this.#bytes(number, this.#plain, Atomics.load(this.#words, this.#at(number) + 2));
  }

  putCompressed(number: number, block: Uint8Array): void {
    Atomics.store(this.#words, this.#at(number) + 2, block.length);
    this.#bytes(number, this.#plain, block.length).set(block);
  }

  #at(number: number): number {
    return SHARED_WORDS + (number % this.shared.count) * SLOT_WORDS;
  }

  #bytes(number: number, offset: number, length: number): Uint8Array {
    const start = (number % this.shared.count) * this.#stride + offset;
    return new Uint8Array(this.shared.bytes, start, length);
  }
}
