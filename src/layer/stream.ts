/**
 * The plain bytes of a layer: the blob is read, hashed, decompressed and hashed again in one pass, in pieces of the size of
 * the buffers that are given.
 */

import { read } from "../linux/read.ts";
import type { Compression } from "../spec/image.ts";
import { decompressor } from "./decompress.ts";

const PIECE = 256 * 1024;
const NOTHING = new Uint8Array(0);

export interface LayerBlob {
  /** Open for reading, at its beginning. */
  readonly fd: number;
  /** Bytes that the blob should have. */
  readonly size: number;
  readonly compression: Compression;
}

/** What a blob turned out to be. */
export interface BlobSums {
  /** sha256:… of the blob and of the plain stream. */
  readonly digest: string;
  readonly diffId: string;
  /** Bytes of the blob; one more than it should have when there are more. */
  readonly size: number;
}

/**
 * Writes the plain bytes into buffers that `room` gives, and yields how many, once for each buffer. Throws LinuxError, and
 * `Failure` `layer_compression`.
 */
export function* plainBytes(blob: LayerBlob, room: () => Uint8Array): Generator<number, BlobSums> {
  const [outside, inside] = [new Bun.CryptoHasher("sha256"), new Bun.CryptoHasher("sha256")];
  const machine = decompressor(blob.compression);
  let size = 0;
  let output = room();
  if (machine === undefined) {
    for (;;) {
      const count = read(blob.fd, output, Math.min(output.length, blob.size + 1 - size));
      if (count === 0) break;
      size += count;
      outside.update(output.subarray(0, count));
      yield count;
      output = room();
    }
    const digest = `sha256:${outside.digest("hex")}`;
    return { digest, diffId: digest, size };
  }
  const input = new Uint8Array(PIECE);
  let filled = 0;
  for (let last = false; !last; ) {
    const count = read(blob.fd, input, Math.min(PIECE, blob.size + 1 - size));
    last = count === 0;
    size += count;
    if (!last) outside.update(input.subarray(0, count));
    let at = 0;
    for (;;) {
      filled += machine.step(last ? NOTHING : input, at, count - at, last, output, filled);
      at = count - machine.left;
      // Room that is left says that there is nothing more to come of this input.
      if (filled < output.length) {
        if (at === count) break;
        continue;
      }
      inside.update(output);
      yield filled;
      output = room();
      filled = 0;
    }
  }
  if (filled > 0) {
    inside.update(output.subarray(0, filled));
    yield filled;
  }
  return { digest: `sha256:${outside.digest("hex")}`, diffId: `sha256:${inside.digest("hex")}`, size };
}
