/**
 * A layer on its way into a blob: what is written is collected into blocks, hashed plain, compressed in other threads,
 * hashed again and written. So both digests are there at the end without reading anything twice, and the memory that it
 * takes does not depend on the layer.
 */

import { write } from "../linux/write.ts";
import type { Compression } from "../spec/image.ts";
import { CompressionPool } from "./compress/pool.ts";

const UNCOMPRESSED_BLOCK = 1024 * 1024;

export interface StreamedLayer {
  /** Of the plain bytes, `sha256:…`. */
  readonly diffId: string;
  /** Plain bytes. */
  readonly plainSize: number;
  /** Of what was written to the file, `sha256:…`. */
  readonly digest: string;
}

export class LayerStream {
  readonly #fd: number;
  /** Memory of the block that is being filled. */
  #block: Uint8Array;
  readonly #pool: CompressionPool | undefined;
  readonly #plainHash = new Bun.CryptoHasher("sha256");
  readonly #hash = new Bun.CryptoHasher("sha256");
  #filled = 0;
  #plainSize = 0;

  /** Writes to the open file `fd`, which stays the caller's. */
  constructor(compression: Compression, fd: number) {
    this.#fd = fd;
    if (compression === "none") this.#block = new Uint8Array(UNCOMPRESSED_BLOCK);
    else {
      this.#pool = new CompressionPool(compression, (compressed) => {
        this.#hash.update(compressed);
        write(this.#fd, compressed);
      });
      this.#block = this.#pool.room();
    }
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room();
      const count = Math.min(room.length, bytes.length - at);
      room.set(bytes.subarray(at, at + count));
      this.advance(count);
      at += count;
    }
  }

  /** Memory, never empty, to put the next bytes into; `advance` then says how many they were. */
  room(): Uint8Array {
    return this.#block.subarray(this.#filled);
  }

  advance(count: number): void {
    this.#filled += count;
    if (this.#filled === this.#block.length) this.#flush(false);
  }

  /** Writes what is left. Throws LinuxError. */
  finish(): StreamedLayer {
    this.#flush(true);
    this.close();
    const diffId = `sha256:${this.#plainHash.digest("hex")}`;
    const digest = this.#pool === undefined ? diffId : `sha256:${this.#hash.digest("hex")}`;
    return { diffId, plainSize: this.#plainSize, digest };
  }

  /** Ends the threads; after an error too. */
  close(): void {
    this.#pool?.close();
  }

  #flush(last: boolean): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#plainHash.update(block);
    this.#plainSize += this.#filled;
    this.#filled = 0;
    if (this.#pool === undefined) write(this.#fd, block);
    else if (last) this.#pool.finish(block.length);
    else {
      this.#pool.add(block.length);
      this.#block = this.#pool.room();
    }
  }
}
