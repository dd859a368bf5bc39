/**
 * The tar reader against mutated archives: entries whose content has exactly the size that they said, in the order that was
 * promised, or a Failure; nothing else, however the archive is cut into pieces, and in bounded memory.
 */

import { readFileSync } from "node:fs";
import { byteString, bytesOfString } from "../../src/codec/byte-string.ts";
import { BLOCK, type TarEntry } from "../../src/codec/tar/entry.ts";
import { TarReader } from "../../src/codec/tar/read.ts";
import { TAR_END, tarHeader, tarPadding } from "../../src/codec/tar/write.ts";
import { Failure } from "../../src/spec/failure.ts";
import { entryOf } from "../support/tar.ts";
import { type Random, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

/** Memory that a million executions may have made resident. */
const MOST_RESIDENT = 700 * 1024 * 1024;

export const tar: FuzzTarget = {
  name: "tar",
  run(seed, executions) {
    const random = randomFrom(seed);
    const seeds = [archive(), archive("sparse 0.1"), archive("sparse 1.0"), oldSparse()];
    for (let i = 0; i < executions; i++) {
      const input = mutated(random.pick(seeds), random);
      try {
        const [whole, pieces] = [read(input, input.length), read(input, 1 + random.below(2000))];
        if (whole !== pieces) throw new Error(`${whole} as a whole, ${pieces} in pieces`);
      } catch (error) {
        const base64 = Buffer.from(input).toString("base64");
        throw new Error(`seed ${seed}, execution ${i}, input ${base64}`, { cause: error });
      }
    }
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
    if (resident > MOST_RESIDENT)
      throw new Error(`${resident} bytes are resident after ${executions} executions`);
  },
};

/** Reads, holding the visitor's promises; a short word for what came of it. */
function read(input: Uint8Array, piece: number): string {
  let current: TarEntry | undefined;
  let left = 0;
  let entries = 0;
  let sum = 0;
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new Error(what);
  };
  const reader = new TarReader({
    entry(entry) {
      demand(current === undefined, "an entry before the end of the last");
      demand(Number.isSafeInteger(entry.size) && entry.size >= 0, "no size");
      demand(entry.type === "file" || entry.size === 0, "content of what has none");
      demand(
        [entry.uid, entry.gid, entry.mode, entry.mtime.seconds].every(Number.isSafeInteger),
        "no number",
      );
      current = entry;
      left = entry.size;
      entries++;
    },
    data(bytes) {
      demand(bytes.length > 0 && bytes.length <= left, "more content than was said");
      left -= bytes.length;
      for (const byte of bytes) sum = (sum * 31 + byte) | 0;
    },
    hole(length) {
      demand(length > 0 && length <= left, "a hole longer than the file");
      left -= length;
    },
    end() {
      demand(left === 0 && current !== undefined, "the end before the last byte");
      current = undefined;
    },
  });
  try {
    for (let at = 0; at < input.length; at += piece) reader.push(input.subarray(at, at + piece));
    reader.finish();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${entries} entries, ${sum}, then ${error.message}`;
  }
  return `${entries} entries, ${sum}`;
}

const TOKENS = [
  "\0",
  "\xff",
  "\x80",
  "7",
  "9",
  " ",
  "=",
  "\n",
  "99999999999",
  "GNU.sparse.",
  "path",
  "/",
  "..",
  "-1",
];

/** Bytes changed, cut out or put in, blocks repeated; most headers get a checksum that holds again. */
function mutated(seed: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(seed);
  for (let changes = 1 + random.below(5); changes > 0; changes--) {
    const at = random.below(bytes.length);
    const block = at - (at % BLOCK);
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1: {
        const token = bytesOfString(random.pick(TOKENS));
        bytes.set(token.subarray(0, bytes.length - at), at);
        break;
      }
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = joined(bytes.subarray(0, block), bytes.subarray(block - BLOCK, block), bytes.subarray(block));
        break;
      case 4:
        bytes = joined(bytes.subarray(0, block), bytes.subarray(block + BLOCK));
        break;
      default:
        // Any field of the header: a type letter, a size, a sparse map.
        bytes[block + random.pick([124, 135, 156, 257, 345, 386, 400, 482, 483, 504])] = random.pick([
          0, 0x30, 0x31, 0x37, 0x4b, 0x4c, 0x53, 0x67, 0x78, 0x80, 0xff,
        ]);
    }
    if (bytes.length === 0) return bytes;
  }
  if (random.below(8) > 0) for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) mend(bytes, at);
  return bytes;
}

/** Puts the right checksum into what looks like a header. */
function mend(bytes: Uint8Array, at: number): void {
  const header = bytes.subarray(at, at + BLOCK);
  if (byteString(header.subarray(257, 262)) !== "ustar") return;
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.set(bytesOfString(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A few entries of each kind, one of them sparse when it is asked for: its records are put where attributes would be. */
function archive(sparse?: "sparse 0.1" | "sparse 1.0"): Uint8Array {
  const content = bytesOfString("0123456789".repeat(60));
  const parts = [
    tarHeader(entryOf("d/", { type: "directory" })),
    tarHeader(entryOf("d/f", { size: content.length, xattrs: new Map([["user.a", content.slice(0, 20)]]) })),
    content,
    tarPadding(content.length),
    tarHeader(
      entryOf(`d/${"long".repeat(60)}`, { type: "symbolicLink", link: bytesOfString("/t".repeat(80)) }),
    ),
    tarHeader(entryOf("d/h", { type: "hardLink", link: bytesOfString("d/f") })),
  ];
  if (sparse === "sparse 0.1") {
    const records = "22 GNU.sparse.size=700\n33 GNU.sparse.map=100,300,400,300\n25 GNU.sparse.name=sparse\n";
    parts.push(extended(records), tarHeader(entryOf("s", { size: 600 })), content, tarPadding(600));
  } else if (sparse === "sparse 1.0") {
    const records = "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n26 GNU.sparse.realsize=900\n";
    const map = new Uint8Array(BLOCK);
    map.set(bytesOfString("2\n0\n100\n400\n500\n"));
    parts.push(
      extended(records),
      tarHeader(entryOf("s", { size: BLOCK + 600 })),
      map,
      content,
      tarPadding(600),
    );
  }
  return joined(...parts, TAR_END);
}

function extended(records: string): Uint8Array {
  const header = tarHeader(entryOf("x", { size: records.length, mtime: { seconds: 0, nanoseconds: 0 } }));
  header[156] = 0x78;
  mend(header, 0);
  return joined(header, bytesOfString(records), tarPadding(records.length));
}

/** A map in the header block, with one more block of it. */
function oldSparse(): Uint8Array {
  const header = tarHeader(entryOf("s", { size: 600, mtime: { seconds: 0, nanoseconds: 0 } }));
  header[156] = 0x53;
  header.set(bytesOfString("ustar  \0"), 257);
  const octal = (value: number) => bytesOfString(`${value.toString(8).padStart(11, "0")}\0`);
  const runs = [0, 100, 200, 100, 400, 100, 600, 100].map(octal);
  for (const [i, field] of runs.entries()) header.set(field, 386 + i * 12);
  header[482] = 1;
  header.set(octal(2000), 483);
  mend(header, 0);
  const more = new Uint8Array(BLOCK);
  for (const [i, field] of [900, 200].map(octal).entries()) more.set(field, i * 12);
  return joined(header, more, bytesOfString("x".repeat(600)), tarPadding(600), TAR_END);
}
