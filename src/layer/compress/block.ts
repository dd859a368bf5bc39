/**
 * Compressing one block of a layer. Each becomes a gzip member or a zstd frame of its own, with its own checksum, so blocks
 * can be compressed at the same time, and what comes out does not depend on how many are. RFC 1952 (2.2) and RFC 8878 (3)
 * both say that such pieces, one after the other, are one stream.
 */

import { constants, zstdCompressSync } from "node:zlib";

export type Format = "gzip" | "zstd";

/** Plain bytes in a block. A zstd frame remembers more than a gzip member, and would lose more in a small one. */
export const BLOCK_SIZE: { readonly [format in Format]: number } = {
  gzip: 1024 * 1024,
  zstd: 4 * 1024 * 1024,
};

/** No format makes a block longer than this, when nothing in it can be compressed. */
export function longest(size: number): number {
  return size + (size >> 8) + 1024;
}

/** Smaller than umoci's output, and faster on as many processors (docs/images-performance.md). */
const GZIP_LEVEL = 4;
const ZSTD = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };

export function compressBlock(format: Format, block: Uint8Array<ArrayBuffer>): Uint8Array {
  if (format === "zstd") return zstdCompressSync(block, { params: ZSTD });
  return Bun.gzipSync(block, { level: GZIP_LEVEL, library: "libdeflate" });
}
