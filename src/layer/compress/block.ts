/**
 * Compressing one block of a layer. Each becomes a gzip member or a zstd frame of its own, with its own checksum, so blocks
 * can be compressed at the same time, and what comes out does not depend on how many are. RFC 1952 (2.2) and RFC 8878 (3)
 * both say that such pieces, one after the other, are one stream. Memory is taken once and used for every block: fresh pages
 * would cost a third of the time again.
 */

import { constants, createZstdCompress } from "node:zlib";
import { ZlibHandle } from "../zlib-handle.ts";

export type Format = "gzip" | "zstd";

const MIB = 1024 * 1024;

/** Plain bytes in the largest block. A zstd frame remembers more than a gzip member, and would lose more in a small one. */
export const LARGEST_BLOCK: { readonly [format in Format]: number } = { gzip: MIB, zstd: 16 * MIB };

/** So many zstd frames come first that are smaller: a small layer has work for all threads, and touches less memory. */
const FIRST_FRAMES = { count: 6, size: 6 * MIB };

/** Plain bytes in the block of that number. */
export function blockSize(format: Format, number: number): number {
  return format === "zstd" && number < FIRST_FRAMES.count ? FIRST_FRAMES.size : LARGEST_BLOCK[format];
}

/** No format makes a block longer than this, when nothing in it can be compressed. */
export function longest(size: number): number {
  return size + (size >> 8) + 1024;
}

/** Neither larger nor slower than umoci's output, on as many processors (docs/images-performance.md). */
const GZIP_LEVEL = 4;
const ZSTD = {
  [constants.ZSTD_c_compressionLevel]: 3,
  [constants.ZSTD_c_windowLog]: 23,
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** Compresses a block, of memory that may be shared; what comes of it is valid until the next call. */
export type Compressor = (block: Uint8Array) => Uint8Array;

export function compressor(format: Format): Compressor {
  return format === "gzip" ? gzip() : zstd();
}

function gzip(): Compressor {
  // libdeflate's function does not take shared memory.
  const own = new Uint8Array(LARGEST_BLOCK.gzip);
  let member = new Uint8Array(0);
  return (block) => {
    // Gives the memory back at once, so that this member gets the same.
    member.buffer.transfer(0);
    own.set(block);
    member = Bun.gzipSync(own.subarray(0, block.length), { level: GZIP_LEVEL, library: "libdeflate" });
    return member;
  };
}

function zstd(): Compressor {
  const handle = new ZlibHandle(createZstdCompress({ params: ZSTD }));
  const frame = new Uint8Array(longest(LARGEST_BLOCK.zstd));
  return (block) => frame.subarray(0, handle.step(constants.ZSTD_e_end, block, 0, block.length, frame, 0));
}
