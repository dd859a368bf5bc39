/**
 * What a tar archive says about one file, in whichever of its formats it was said. Names and targets are the archive's own
 * bytes: nothing is decoded, cleaned or checked here.
 */

export type TarType =
  | "file"
  | "hardLink"
  | "symbolicLink"
  | "characterDevice"
  | "blockDevice"
  | "directory"
  | "fifo";

/** A point in time since 1970; `nanoseconds` counts forward from `seconds`, also before 1970. */
export interface TarTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface TarEntry {
  type: TarType;
  /** A directory's may end in a slash. */
  name: Uint8Array;
  /** Target of a hard or symbolic link; empty for all else. */
  link: Uint8Array;
  /** As written; only the bits 07777 have a meaning. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes of content, holes included; 0 for all but files. */
  size: number;
  mtime: TarTime;
  atime?: TarTime;
  ctime?: TarTime;
  /** Names of owner and group. */
  uname: Uint8Array;
  gname: Uint8Array;
  /** Of a device node. */
  major: number;
  minor: number;
  /** Extended attributes; keys are byte strings. */
  xattrs: Map<string, Uint8Array>;
}

/** A file of that name of which nothing is said: its owner is root, and nobody may do anything with it. */
export function emptyFile(name: Uint8Array): TarEntry {
  const nothing = new Uint8Array(0);
  return {
    type: "file",
    name,
    link: nothing,
    mode: 0,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    uname: nothing,
    gname: nothing,
    major: 0,
    minor: 0,
    xattrs: new Map(),
  };
}

/** Everything in an archive is a number of these. */
export const BLOCK = 512;

/** Bytes that fill up a content of `size` bytes to whole blocks. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Extended headers and GNU long names are held in memory; larger ones are refused. */
export const LONGEST_HEADER = 1024 * 1024;

/** Letters of the header's type field. */
export const FLAG: { readonly [type in TarType]: number } = {
  file: 0x30,
  hardLink: 0x31,
  symbolicLink: 0x32,
  characterDevice: 0x33,
  blockDevice: 0x34,
  directory: 0x35,
  fifo: 0x36,
};
