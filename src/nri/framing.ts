/**
 * Bytes of a stream into units that each say their length: what the multiplexer and ttrpc have in common. Numbers are
 * big-endian.
 */

import { Failure } from "../spec/failure.ts";

export interface Unit {
  readonly header: DataView;
  readonly payload: Uint8Array;
}

export interface Form {
  /** For messages: `frame of the multiplexer`. */
  readonly what: string;
  /** Bytes of the header, and where in it the length of the payload stands. */
  readonly header: number;
  readonly lengthAt: number;
  /** The longest payload that is believed. */
  readonly limit: number;
}

/** Cuts one stream; what has come of an incomplete unit is kept until the rest follows. */
export class Unframer {
  readonly #form: Form;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(form: Form) {
    this.#form = form;
  }

  /** The units that are complete with these bytes. @throws Failure `nri_protocol` for a length that cannot be; the stream is of no use then */
  push(bytes: Uint8Array): Unit[] {
    if (bytes.length > 0) this.#chunks.push(bytes);
    this.#size += bytes.length;
    const units: Unit[] = [];
    for (let unit = this.#take(); unit !== undefined; unit = this.#take()) units.push(unit);
    return units;
  }

  #take(): Unit | undefined {
    const { header, lengthAt, limit, what } = this.#form;
    if (this.#size < header) return undefined;
    const length = this.#lengthAt(lengthAt);
    if (length > limit)
      throw new Failure("nri_protocol", `read a ${what}: it says that it has ${length} bytes`, {
        hint: "is the other end of the socket an NRI runtime?",
      });
    if (this.#size < header + length) return undefined;
    const bytes = this.#join();
    const end = header + length;
    this.#chunks = bytes.length > end ? [bytes.subarray(end)] : [];
    this.#size = bytes.length - end;
    return { header: viewOf(bytes.subarray(0, header)), payload: bytes.subarray(header, end) };
  }

  /** A header may be cut anywhere, so only then all is put together. */
  #lengthAt(at: number): number {
    const [first] = this.#chunks;
    const whole = first !== undefined && first.length >= at + 4 ? first : this.#join();
    return viewOf(whole).getUint32(at);
  }

  #join(): Uint8Array {
    const [first, ...rest] = this.#chunks;
    if (first !== undefined && rest.length === 0) return first;
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [whole];
    return whole;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
