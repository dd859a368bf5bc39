/**
 * Extended headers as they apply: what a global header says holds for all that follows, what a local one says holds for
 * one entry and wins. Keys that are not known here change nothing.
 */

import { byteString, bytesOfString } from "../byte-string.ts";
import { LONGEST_HEADER, type TarEntry } from "./entry.ts";
import { malformed } from "./malformed.ts";
import { eachRecord, readInteger, readTime } from "./pax-records.ts";

export type Records = Map<string, Uint8Array>;

const SCHILY = "SCHILY.xattr.";
const LIBARCHIVE = "LIBARCHIVE.xattr.";
/** In the oldest sparse format these two repeat, in pairs; they are joined under the key of the next one. */
const SPARSE_OFFSET = "GNU.sparse.offset";
const SPARSE_LENGTH = "GNU.sparse.numbytes";
export const SPARSE_MAP = "GNU.sparse.map";
const COMMA = 0x2c;

/** The records of one header; a later record wins over an earlier one of the same key. @throws Failure */
export function readRecords(bytes: Uint8Array): Records {
  const records: Records = new Map();
  const map: number[] = [];
  let pairs = 0;
  eachRecord(bytes, (key, value) => {
    if (key === SPARSE_OFFSET || key === SPARSE_LENGTH) {
      if ((key === SPARSE_OFFSET) !== (pairs++ % 2 === 0)) throw malformed("a sparse map is out of order");
      if (map.length > 0) map.push(COMMA);
      for (const byte of value) map.push(byte);
    } else records.set(key, value);
  });
  if (map.length > 0) records.set(SPARSE_MAP, new Uint8Array(map));
  return records;
}

/** Adds a further global header to those before; their sum is bounded like one header. @throws Failure */
export function mergeGlobal(all: Records, added: Records): void {
  for (const [key, value] of added) all.set(key, value);
  let size = 0;
  for (const [key, value] of all) size += key.length + value.length;
  if (size > LONGEST_HEADER) throw malformed("global extended headers are too long");
}

/** Puts what the records say into `entry`; an empty value takes away a global one and leaves the header's. @throws Failure */
export function applyRecords(entry: TarEntry, records: Records): void {
  for (const [key, value] of records) {
    if (value.length === 0) continue;
    if (key.startsWith(SCHILY)) entry.xattrs.set(key.slice(SCHILY.length), value);
    else if (key === "path") entry.name = withoutNul(value);
    else if (key === "linkpath") entry.link = withoutNul(value);
    else if (key === "uname") entry.uname = value;
    else if (key === "gname") entry.gname = value;
    else if (key === "uid") entry.uid = readInteger(value);
    else if (key === "gid") entry.gid = readInteger(value);
    else if (key === "size") entry.size = entry.type === "file" ? readInteger(value) : 0;
    else if (key === "mtime") entry.mtime = readTime(value);
    else if (key === "atime") entry.atime = readTime(value);
    else if (key === "ctime") entry.ctime = readTime(value);
  }
  for (const [key, value] of records) {
    if (!key.startsWith(LIBARCHIVE) || value.length === 0) continue;
    const name = percentDecoded(key.slice(LIBARCHIVE.length));
    if (!entry.xattrs.has(name)) entry.xattrs.set(name, base64Decoded(byteString(value)));
  }
}

function withoutNul(value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw malformed("a name in an extended header holds a NUL");
  return value;
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** libarchive writes base64 without padding. */
function base64Decoded(text: string): Uint8Array {
  try {
    return bytesOfString(atob(text));
  } catch {
    throw malformed("an extended attribute is not base64");
  }
}
