/**
 * Memory that the threads of a compression share: some slots, each with room for a block, plain at first and then compressed.
 * Blocks get numbers as they come; block n lies in slot n modulo their count. A slot's state goes from empty to filled, taken,
 * done and back, and whoever waits for the next state sleeps on it. A thread that has got ahead by all slots wants the slot that
 * another still works on: so what is filled is taken by one of them, in one step.
 */

import { type Format, LARGEST_BLOCK, longest } from "./block.ts";

export const STATE = { empty: 0, filled: 1, taken: 2, done: 3 } as const;

/** Words before the slots' own: the number of the next block that a worker takes, and whether there will be no more. */
const TICKET = 0;
const STOPPED = 1;
const SHARED_WORDS = 2;
/** State, length of the block. */
const SLOT_WORDS = 2;

export interface Shared {
  readonly format: Format;
  readonly count: number;
  readonly words: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

export class Slots {
  readonly shared: Shared;
  readonly #words: Int32Array;
  readonly #stride: number;

  constructor(shared: Shared) {
    this.shared = shared;
    this.#words = new Int32Array(shared.words);
    this.#stride = longest(LARGEST_BLOCK[shared.format]);
  }

  static create(format: Format, count: number): Slots {
    const words = new SharedArrayBuffer((SHARED_WORDS + count * SLOT_WORDS) * 4);
    const bytes = new SharedArrayBuffer(count * longest(LARGEST_BLOCK[format]));
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

  /** Waits until the slot of block `number` is filled, and takes it for this thread; false when there will be no more blocks. */
  claim(number: number): boolean {
    const at = this.#at(number);
    while (this.wait(number, STATE.filled)) {
      if (Atomics.compareExchange(this.#words, at, STATE.filled, STATE.taken) === STATE.filled) return true;
    }
    return false;
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

  /** The block as it is now. */
  content(number: number): Uint8Array {
    return this.#bytes(number, Atomics.load(this.#words, this.#at(number) + 1));
  }

  /** All memory of the block's slot. */
  room(number: number): Uint8Array {
    return this.#bytes(number, this.#stride);
  }

  /** Says how many bytes of the room are the block. */
  resize(number: number, length: number): void {
    Atomics.store(this.#words, this.#at(number) + 1, length);
  }

  #at(number: number): number {
    return SHARED_WORDS + (number % this.shared.count) * SLOT_WORDS;
  }

  #bytes(number: number, length: number): Uint8Array {
    return new Uint8Array(this.shared.bytes, (number % this.shared.count) * this.#stride, length);
  }
}
