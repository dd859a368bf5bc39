/**
 * Decompression that runs on the calling thread and writes where it is told. The engine's streams do this work in a pool and
 * copy what comes of it; the handle inside of them takes a buffer, and is called here directly. The engine is compiled
 * into the program, so what its streams have inside changes only with the version that is pinned.
 */

import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { Failure } from "../spec/failure.ts";
import type { Compression } from "../spec/image.ts";

export interface Decompressor {
  /** Bytes of the input that the last call left. */
  readonly left: number;
  /** Turns input from `at` on into output from `from` on; returns how many bytes were written. `last`: no more will come. */
  step(
    input: Uint8Array,
    at: number,
    length: number,
    last: boolean,
    output: Uint8Array,
    from: number,
  ): number;
}

/** What the streams of node:zlib have inside. */
interface Handle {
  onerror: (message: string, number: number, code: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    from: number,
    room: number,
  ): void;
}

/** A frame that wants a larger window than 2^27 bytes is refused: it would have to be held in memory. */
const LARGEST_WINDOW = 27;

/** A decompressor, or undefined for a stream that is plain already. */
export function decompressor(compression: Compression): Decompressor | undefined {
  if (compression === "none") return undefined;
  if (compression === "gzip")
    return new HandleDecompressor(createGunzip(), "gzip", constants.Z_NO_FLUSH, constants.Z_FINISH);
  const params = { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW };
  const { ZSTD_e_continue, ZSTD_e_end } = constants;
  return new HandleDecompressor(createZstdDecompress({ params }), "zstd", ZSTD_e_continue, ZSTD_e_end);
}

class HandleDecompressor implements Decompressor {
  left = 0;
  readonly #handle: Handle;
  /** What remains of the output and of the input after a call. */
  readonly #state: Uint32Array;
  readonly #name: string;
  readonly #flush: readonly [more: number, last: number];
  #problem: string | undefined;

  constructor(stream: unknown, name: string, more: number, last: number) {
    const { _handle, _writeState } = stream as { _handle: Handle; _writeState: Uint32Array };
    this.#handle = _handle;
    this.#state = _writeState;
    this.#name = name;
    this.#flush = [more, last];
    this.#handle.onerror = (message) => {
      this.#problem = message;
    };
  }

  step(
    input: Uint8Array,
    at: number,
    length: number,
    last: boolean,
    output: Uint8Array,
    from: number,
  ): number {
    const room = output.length - from;
    this.#handle.writeSync(this.#flush[last ? 1 : 0], input, at, length, output, from, room);
    if (this.#problem !== undefined) throw damaged(this.#name, this.#problem);
    const [free = 0, left = 0] = this.#state;
    this.left = left;
    const written = room - free;
    // The end of a gzip member, and what follows is none: zeros are taken for padding, as tape drives leave it.
    if (written === 0 && left === length && length > 0) {
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
