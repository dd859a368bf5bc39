/**
 * What is kept of a hook's output: the last bytes of it, and how many there were. A flood costs as much memory as a
 * whisper: one chunk for reading beside what is kept.
 */

import { decode } from "../linux/primitive.ts";
import type { OutputTail } from "../spec/event.ts";

/** As much as a pipe holds, so one read empties it. */
export const CHUNK = 64 * 1024;

export class Tail {
  bytes = 0;
  readonly #keep: number;
  #buffer: Uint8Array | undefined;
  #end = 0;

  /** `keep`: how many of the last bytes are kept. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Where the next chunk is to be read to: room for at least CHUNK bytes. Tell `add` how many came. */
  room(): Uint8Array {
    this.#buffer ??= new Uint8Array(this.#keep + 2 * CHUNK);
    if (this.#buffer.length - this.#end < CHUNK) {
      const start = Math.max(0, this.#end - this.#keep);
      this.#buffer.copyWithin(0, start, this.#end);
      this.#end -= start;
    }
    return this.#buffer.subarray(this.#end);
  }

  add(count: number): void {
    this.#end += count;
    this.bytes += count;
  }

  /** The last bytes, at most `limit` of those that were kept. */
  last(limit = this.#keep): Uint8Array {
    const buffer = this.#buffer ?? new Uint8Array(0);
    return buffer.subarray(Math.max(0, this.#end - Math.min(limit, this.#keep)), this.#end);
  }

  /** As an event has it; what is not UTF-8 is replaced, a character that was cut in two is left out. */
  record(limit = this.#keep): OutputTail {
    return { bytes: this.bytes, tail: this.bytes === 0 ? "" : decode(whole(this.last(limit), this.bytes)) };
  }
}

/** Without the continuation bytes of a character whose beginning was not kept. */
function whole(bytes: Uint8Array, all: number): Uint8Array {
  if (bytes.length === all) return bytes;
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
