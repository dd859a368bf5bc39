/**
 * A ring of buffers in memory that two threads share: one fills them in turn, the other empties them in the same order,
 * and each sleeps while there is nothing for it to do. Its size is all the memory that a stream takes, however long.
 */

/** Bytes of one buffer, and how many there are: together they fit a processor's cache. */
const SLOT = 256 * 1024;
const SLOTS = 24;
/** So many slots are filled, or emptied, before a sleeping thread is woken: waking for each costs more than the work in it. */
const BATCH = 8;
/** What a slot holds: bytes of the stream, or a message that ends it. */
export const SLOT_KIND = { data: 0, end: 1, failure: 2 } as const;

// Words of the head: how many slots were filled and emptied so far, whether to give up, then length and kind of each slot.
const FILLED = 0;
const EMPTIED = 1;
const STOPPED = 2;
const STATE = 4;
const HEAD = 1024;

export interface Slot {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** Thrown where the filling thread would wait for one that has given up. */
export class Stopped extends Error {}

export class Ring {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #slots: Uint8Array[];

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(HEAD + SLOT * SLOTS)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEAD / 4);
    this.#slots = Array.from({ length: SLOTS }, (_, at) => new Uint8Array(memory, HEAD + at * SLOT, SLOT));
  }

  /** For the filling thread: the next buffer, as soon as it is free. Throws Stopped. */
  room(): Uint8Array {
    const filled = Atomics.load(this.#words, FILLED);
    for (;;) {
      if (Atomics.load(this.#words, STOPPED) !== 0) throw new Stopped();
      const emptied = Atomics.load(this.#words, EMPTIED);
      if (filled - emptied < SLOTS) return this.#slot(filled);
      Atomics.wait(this.#words, EMPTIED, emptied);
    }
  }

  /** Hands on the first `length` bytes of the buffer that `room` gave. */
  fill(length: number, kind: number = SLOT_KIND.data): void {
    const filled = Atomics.load(this.#words, FILLED);
    this.#words[STATE + (filled % SLOTS) * 2] = length;
    this.#words[STATE + (filled % SLOTS) * 2 + 1] = kind;
    Atomics.store(this.#words, FILLED, filled + 1);
    const waiting = filled + 1 - Atomics.load(this.#words, EMPTIED);
    if (waiting >= BATCH || kind !== SLOT_KIND.data) Atomics.notify(this.#words, FILLED);
  }

  /** For the emptying thread: the next buffer that was filled, or undefined when there is none after `ms` milliseconds. */
  take(ms: number): Slot | undefined {
    const emptied = Atomics.load(this.#words, EMPTIED);
    if (Atomics.load(this.#words, FILLED) === emptied) {
      Atomics.wait(this.#words, FILLED, emptied, ms);
      if (Atomics.load(this.#words, FILLED) === emptied) return undefined;
    }
    const length = this.#words[STATE + (emptied % SLOTS) * 2] ?? 0;
    const kind = this.#words[STATE + (emptied % SLOTS) * 2 + 1] ?? 0;
    return { kind, bytes: this.#slot(emptied).subarray(0, length) };
  }

  /** Gives the buffer that `take` gave back. */
  release(): void {
    const emptied = Atomics.add(this.#words, EMPTIED, 1) + 1;
    if (Atomics.load(this.#words, FILLED) - emptied <= SLOTS - BATCH) Atomics.notify(this.#words, EMPTIED);
  }

  /** Ends the filling thread's waiting. */
  stop(): void {
    Atomics.store(this.#words, STOPPED, 1);
    Atomics.notify(this.#words, EMPTIED);
  }

  #slot(count: number): Uint8Array {
    return this.#slots[count % SLOTS] as Uint8Array;
  }
}
