/**
 * What a manifest can say of a file, and how: the keywords of umoci, each with the text of its value. A tree of these is
 * what a directory was, or is; the writer prints one, and comparing two of them is how changes are found. Names and targets
 * are byte strings (src/codec/byte-string.ts).
 */

import { vis } from "./vis.ts";

export type FileType = "file" | "dir" | "link" | "fifo" | "char" | "block" | "socket";

/** A file, and for a directory the files in it, in any order. */
export interface TreeFile {
  /** `.` for the root. */
  readonly name: string;
  readonly type: FileType;
  /** As lstat says; for a link, the length of its target. */
  readonly size: number;
  /** Permission, set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Target of a symbolic link. */
  readonly link?: string | undefined;
  /** Seconds since 1970, rounded down. */
  readonly mtime: number;
  /** Of a regular file's content, lower-case hex. */
  readonly sha256?: string | undefined;
  /** Of regular files and directories, in the order of the file system. */
  readonly xattrs?: readonly Xattr[] | undefined;
  readonly children?: readonly TreeFile[] | undefined;
}

export interface Xattr {
  readonly name: string;
  readonly value: Uint8Array;
}

/** umoci's keywords, in the order in which a line has them. */
export const KEYWORDS = [
  "size",
  "type",
  "uid",
  "gid",
  "mode",
  "link",
  "nlink",
  "tar_time",
  "sha256digest",
  "xattr",
] as const;

/** Values by keyword; an extended attribute has the keyword `xattr.NAME`. In the order of a line. */
export type Values = Map<string, string>;

/** Other names of keywords, as go-mtree takes them. */
const SYNONYMS: { [name: string]: string } = {
  md5: "md5digest",
  rmd160: "ripemd160digest",
  rmd160digest: "ripemd160digest",
  ripemd160: "ripemd160digest",
  sha1: "sha1digest",
  sha256: "sha256digest",
  sha384: "sha384digest",
  sha512: "sha512digest",
  xattrs: "xattr",
};

/** The one name of a keyword that may have several. */
export function keywordOf(name: string): string {
  return Object.hasOwn(SYNONYMS, name) ? (SYNONYMS[name] ?? name) : name;
}

/** The keyword without what follows its first dot: `xattr` of `xattr.user.x`. */
export function prefixOf(keyword: string): string {
  const dot = keyword.indexOf(".");
  return dot < 0 ? keyword : keyword.slice(0, dot);
}

/** What a manifest says of `file`, by umoci's keywords. */
export function valuesOf(file: TreeFile): Values {
  const values: Values = new Map([
    ["size", String(file.size)],
    ["type", file.type],
    ["uid", String(file.uid)],
    ["gid", String(file.gid)],
    ["mode", octal(file.mode)],
  ]);
  if (file.link !== undefined) values.set("link", vis(file.link));
  values.set("nlink", String(file.nlink));
  values.set("tar_time", `${file.mtime}.000000000`);
  if (file.sha256 !== undefined) values.set("sha256digest", file.sha256);
  for (const { name, value } of file.xattrs ?? []) {
    // vis(3) leaves "=" alone, so in a name that has one the first of them ends the keyword, here as in a manifest.
    const [keyword = "", ...rest] = `xattr.${vis(name)}=${base64(value)}`.split("=");
    values.set(keyword, rest.join("="));
  }
  return values;
}

export function octal(mode: number): string {
  return mode === 0 ? "0" : `0${mode.toString(8)}`;
}

export function base64(value: Uint8Array): string {
  return btoa(String.fromCharCode(...value));
}
