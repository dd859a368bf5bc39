/** Decompression of a layer, on the calling thread and into the memory that is given. */

import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { Failure } from "../spec/failure.ts";
import type { Compression } from "../spec/image.ts";
import { ZlibHandle } from "./zlib-handle.ts";

/** A frame that wants a larger window than 2^27 bytes is refused: it would have to be held in memory. */
const LARGEST_WINDOW = 27;

/** A decompressor, or undefined for a stream that is plain already. */
export function decompressor(compression: Compression): Decompressor | undefined {
  if (compression === "none") return undefined;
  if (compression === "gzip")
    return new Decompressor(createGunzip(), "gzip", constants.Z_NO_FLUSH, constants.Z_FINISH);
  const params = { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW };
  const { ZSTD_e_continue, ZSTD_e_end } = constants;
  return new Decompressor(createZstdDecompress({ params }), "zstd", ZSTD_e_continue, ZSTD_e_end);
}

export class Decompressor {
  /** Bytes of the input that the last call left. */
  left = 0;
  readonly #handle: ZlibHandle;
  readonly #name: string;
  readonly #flush: readonly [more: number, last: number];

  constructor(stream: unknown, name: string, more: number, last: number) {
    this.#handle = new ZlibHandle(stream);
    this.#name = name;
    this.#flush = [more, last];
  }

  /**
   * Turns input from `at` on into output from `from` on; returns how many bytes were written. `last`: no more will come.
   * Throws `Failure` `layer_compression`.
   */
  step(
    input: Uint8Array,
    at: number,
    length: number,
    last: boolean,
    output: Uint8Array,
    from: number,
  ): number {
    const written = this.#handle.step(this.#flush[last ? 1 : 0], input, at, length, output, from);
    if (this.#handle.problem !== undefined) throw damaged(this.#name, this.#handle.problem);
    this.left = this.#handle.left;
    // The end of a gzip member, and what follows is none: zeros are taken for padding, as tape drives leave it.
    if (written === 0 && this.left === length && length > 0) {
      for (let i = at; i < at + length; i++)
        if (input[i] !== 0) throw damaged(this.#name, "data after its end");
      this.left = 0;
    }
    return written;
  }
}

function damaged(name: string, problem: string): Failure {
  return new Failure("layer_compression", `${name}: ${problem}`, {
    hint: "The layer is damaged or is not what its media type says; get the image again.",
  });
}
