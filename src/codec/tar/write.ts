/**
 * Writing entries byte for byte as Go's archive/tar does: a ustar header where everything fits it, otherwise the same with an
 * extended header in front that holds, sorted by key, what does not fit.
 */

import { bytesOfString } from "../byte-string.ts";
import { putChecksum } from "./checksum.ts";
import { BLOCK, FLAG, LONGEST_HEADER, paddingOf, type TarEntry } from "./entry.ts";
import { SPECIAL } from "./header.ts";
import { malformed } from "./malformed.ts";
import { fitsOctal, putOctal } from "./numeric.ts";
import { formatRecord, formatTime } from "./pax-records.ts";
import { ascii, paxHeaderName, splitName } from "./write-name.ts";

/** Ends an archive: two blocks of zeros. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

const ZEROS = new Uint8Array(BLOCK);
const SLASH = 0x2f;
const NOTHING = new Uint8Array(0);

/** Zeros that fill up a content of `size` bytes to whole blocks. */
export function tarPadding(size: number): Uint8Array {
  return ZEROS.subarray(0, paddingOf(size));
}

/**
 * The header of an entry, one block or more; `size` bytes of content and their padding follow it. An extended header says
 * nanoseconds, and atime and ctime, when the entry has any. @throws Failure for what no format can say
 */
export function tarHeader(entry: TarEntry): Uint8Array {
  if (entry.type !== "directory" && isNode(entry) && entry.name.at(-1) === SLASH) {
    throw malformed("the name of a file may not end in a slash");
  }
  const records = recordsFor(entry);
  const split = splitName(entry.name);
  // A name that can be split needs no record, but gets one when something else needs an extended header.
  if (records.size === (split !== undefined && records.has("path") ? 1 : 0)) {
    return block(entry, split?.name ?? entry.name, entry.link, split?.prefix ?? NOTHING);
  }
  const extended = extendedHeader(entry, records);
  const main = block(entry, ascii(entry.name), ascii(entry.link), NOTHING);
  const header = new Uint8Array(extended.length + BLOCK);
  header.set(extended);
  header.set(main, extended.length);
  return header;
}

function isNode({ type }: TarEntry): boolean {
  return type !== "hardLink" && type !== "symbolicLink";
}

/** What a ustar header cannot say. */
function recordsFor(entry: TarEntry): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  const say = (key: string, value: string) => records.set(key, bytesOfString(value));
  if (!fitsField(entry.name, 100)) records.set("path", entry.name);
  if (!fitsField(entry.link, 100)) records.set("linkpath", entry.link);
  if (!fitsField(entry.uname, 32)) records.set("uname", entry.uname);
  if (!fitsField(entry.gname, 32)) records.set("gname", entry.gname);
  for (const key of ["uid", "gid"] as const) if (!fitsOctal(entry[key], 8)) say(key, String(entry[key]));
  if (!fitsOctal(entry.size, 12)) say("size", String(entry.size));
  for (const [what, value] of [
    ["mode", entry.mode],
    ["device number", entry.major],
    ["device number", entry.minor],
  ] as const) {
    if (!fitsOctal(value, 8)) throw malformed(`a ${what} is out of range`);
  }
  const { mtime, atime, ctime } = entry;
  if (!fitsOctal(mtime.seconds, 12) || mtime.nanoseconds !== 0) say("mtime", formatTime(mtime));
  if (atime !== undefined) say("atime", formatTime(atime));
  if (ctime !== undefined) say("ctime", formatTime(ctime));
  for (const [name, value] of entry.xattrs) records.set(`SCHILY.xattr.${name}`, value);
  for (const [key, value] of records) {
    const isName = !key.startsWith("SCHILY.");
    if (key.includes("=") || key.includes("\0") || (isName && value.includes(0))) {
      throw malformed(`an extended header cannot say ${JSON.stringify(key)}`);
    }
  }
  return records;
}

function fitsField(text: Uint8Array, length: number): boolean {
  return text.length <= length && ascii(text).length === text.length;
}

function extendedHeader(entry: TarEntry, records: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const pieces = [...records.keys()].sort().map((key) => formatRecord(key, records.get(key) ?? NOTHING));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > LONGEST_HEADER) throw malformed("an entry has too much metadata");
  const header = new Uint8Array(BLOCK + length + tarPadding(length).length);
  put(header, 0, 100, paxHeaderName(entry.name));
  for (const [at, size] of [
    [100, 8],
    [108, 8],
    [116, 8],
    [136, 12],
  ] as const)
    putOctal(header, at, size, 0);
  putOctal(header, 124, 12, length);
  header[156] = SPECIAL.paxLocal;
  put(header, 257, 8, MAGIC);
  putChecksum(header);
  let at = BLOCK;
  for (const piece of pieces) {
    header.set(piece, at);
    at += piece.length;
  }
  return header;
}

const MAGIC = bytesOfString("ustar\x0000");

function block(entry: TarEntry, name: Uint8Array, link: Uint8Array, prefix: Uint8Array): Uint8Array {
  const header = new Uint8Array(BLOCK);
  put(header, 0, 100, name);
  putOctal(header, 100, 8, entry.mode);
  putOctal(header, 108, 8, entry.uid);
  putOctal(header, 116, 8, entry.gid);
  putOctal(header, 124, 12, entry.size);
  putOctal(header, 136, 12, entry.mtime.seconds);
  header[156] = FLAG[entry.type];
  put(header, 157, 100, link);
  put(header, 257, 8, MAGIC);
  put(header, 265, 32, ascii(entry.uname));
  put(header, 297, 32, ascii(entry.gname));
  putOctal(header, 329, 8, entry.major);
  putOctal(header, 337, 8, entry.minor);
  put(header, 345, 155, prefix);
  putChecksum(header);
  return header;
}

/** Puts what fits. A name that was cut must not look like a directory: slashes before the cut end are taken away. */
function put(header: Uint8Array, at: number, length: number, text: Uint8Array): void {
  header.set(text.subarray(0, length), at);
  if (text.length <= length || header[at + length - 1] !== SLASH) return;
  let end = length - 1;
  while (end > 0 && header[at + end - 1] === SLASH) end--;
  header[at + end] = 0;
}
