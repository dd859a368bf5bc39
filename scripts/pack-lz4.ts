#!/usr/bin/env bun
/**
 * `pack-lz4.ts PACK OUT ARCH`: packs the code of a pack's modules (native/pack.h) as LZ4 blocks, and leaves out kernel sides of
 * the recorder for other architectures than ARCH.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { packBlock } from "./lz4.ts";

const HEAD = 12;
const [from, out, arch] = process.argv.slice(2);
if (from === undefined || out === undefined || arch === undefined)
  throw new Error("usage: pack-lz4.ts PACK OUT ARCH");
const pack = readFileSync(from);
const records: Uint8Array[] = [];
for (let at = 0; at < pack.length; ) {
  const name = pack.subarray(at + HEAD, at + HEAD + pack.readUInt32LE(at));
  const code = pack.subarray(at + HEAD + name.length, at + HEAD + name.length + pack.readUInt32LE(at + 4));
  at += HEAD + name.length + code.length;
  if (code.includes("kernel side for ") && !code.includes(`kernel side for ${arch}`)) continue;
  const packed = packBlock(code);
  records.push(
    new Uint8Array(new Uint32Array([name.length, packed.length, code.length]).buffer),
    name,
    packed,
  );
}
writeFileSync(out, Buffer.concat(records));
