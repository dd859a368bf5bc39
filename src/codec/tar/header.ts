/**
 * One header block (ustar, GNU, old pax and v7 share its layout): the fields as they stand there, before extended headers
 * have their say.
 */

import { BLOCK, FLAG, type TarEntry, type TarTime, type TarType } from "./entry.ts";
import { readNumber } from "./numeric.ts";

/** Letters of the type field that say how to read on, rather than what the file is. */
export const SPECIAL = {
  oldFile: 0,
  contiguousFile: 0x37,
  gnuLongName: 0x4c,
  gnuLongLink: 0x4b,
  gnuSparse: 0x53,
  paxLocal: 0x78,
  paxGlobal: 0x67,
} as const;

const TYPES = new Map<number, TarType>(Object.entries(FLAG).map(([type, flag]) => [flag, type as TarType]));
const NAME = { at: 0, length: 100 };
const LINK = { at: 157, length: 100 };
const PREFIX = { at: 345, length: 155 };
const SLASH = 0x2f;
const NOTHING = new Uint8Array(0);

/** The type letter of the block at `start`. */
export function flagOf(block: Uint8Array, start: number): number {
  return block[start + 156] ?? 0;
}

/** The size field alone. @throws Failure */
export function sizeOf(block: Uint8Array, start: number): number {
  return readNumber(block, start + 124, 12);
}

/** The entry that the block describes, and undefined when its type is none of TarType. @throws Failure */
export function readHeader(block: Uint8Array, start: number): TarEntry | undefined {
  const flag = flagOf(block, start);
  const format = formatOf(block, start);
  const name = nameIn(block, start, format);
  const type = typeOf(flag, name);
  if (type === undefined) return undefined;
  const entry: TarEntry = {
    type,
    name,
    link: text(block, start + LINK.at, LINK.length),
    mode: readNumber(block, start + 100, 8),
    uid: readNumber(block, start + 108, 8),
    gid: readNumber(block, start + 116, 8),
    size: type === "file" ? sizeOf(block, start) : 0,
    mtime: { seconds: readNumber(block, start + 136, 12), nanoseconds: 0 },
    uname: format === "v7" ? NOTHING : text(block, start + 265, 32),
    gname: format === "v7" ? NOTHING : text(block, start + 297, 32),
    major: format === "v7" ? 0 : readNumber(block, start + 329, 8),
    minor: format === "v7" ? 0 : readNumber(block, start + 337, 8),
    xattrs: new Map(),
  };
  if (format === "gnu") {
    const atime = timeAt(block, start + 345);
    const ctime = timeAt(block, start + 357);
    if (atime !== undefined) entry.atime = atime;
    if (ctime !== undefined) entry.ctime = ctime;
  }
  return entry;
}

type Format = "ustar" | "gnu" | "v7";

/** `ustar\0` and a version, or GNU's `ustar  \0`. */
function formatOf(block: Uint8Array, start: number): Format {
  const magic = "ustar";
  for (let at = 0; at < magic.length; at++) {
    if (block[start + 257 + at] !== magic.charCodeAt(at)) return "v7";
  }
  if (block[start + 262] === 0) return "ustar";
  return block[start + 262] === 0x20 && block[start + 263] === 0x20 ? "gnu" : "v7";
}

function nameIn(block: Uint8Array, start: number, format: Format): Uint8Array {
  const name = text(block, start + NAME.at, NAME.length);
  if (format !== "ustar" || block[start + PREFIX.at] === 0) return name;
  const prefix = text(block, start + PREFIX.at, PREFIX.length);
  const whole = new Uint8Array(prefix.length + 1 + name.length);
  whole.set(prefix);
  whole[prefix.length] = SLASH;
  whole.set(name, prefix.length + 1);
  return whole;
}

/** An old archive's directory is a file whose name ends in a slash. */
function typeOf(flag: number, name: Uint8Array): TarType | undefined {
  if (flag === SPECIAL.oldFile) return name.at(-1) === SLASH ? "directory" : "file";
  if (flag === SPECIAL.gnuSparse || flag === SPECIAL.contiguousFile) return "file";
  return TYPES.get(flag);
}

function timeAt(block: Uint8Array, at: number): TarTime | undefined {
  return block[at] === 0 ? undefined : { seconds: readNumber(block, at, 12), nanoseconds: 0 };
}

/** A copy of the bytes up to the first NUL. */
function text(block: Uint8Array, at: number, length: number): Uint8Array {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.slice(at, end);
}

/** Whether the block at `start` is all zero. */
export function isZero(block: Uint8Array, start: number): boolean {
  for (let at = start; at < start + BLOCK; at++) if (block[at] !== 0) return false;
  return true;
}
