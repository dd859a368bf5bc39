/**
 * A manifest's text: a head of comments, then for each directory a blank line, its path as a comment, a /set line when its
 * owner differs from the one before, and its files. What equals the /set line is left out. The bytes are go-mtree's.
 */

import { bytesOfString } from "../byte-string.ts";
import { base64, KEYWORDS, octal, type TreeFile } from "./file.ts";
import { vis } from "./vis.ts";

export interface Head {
  readonly user: string;
  readonly machine: string;
  /** The path that was walked, as it was given. */
  readonly tree: string;
  /** As `Tue Nov 24 23:07:57 2026`. */
  readonly date: string;
}

const DEFAULT_MODE = 0o664;
/** Text is handed on in pieces of about this many bytes. */
const PIECE = 256 * 1024;

/** Hands the manifest of the tree below `root`, whose name is `.`, to `emit` in pieces. */
export function writeManifest(root: TreeFile, head: Head, emit: (piece: Uint8Array) => void): void {
  const writer = new Writer(emit);
  writer.head(head);
  writer.directory(root, "");
  writer.flush();
}

/** The words of a line up to the time, below a /set line for this owner: what lstat and readlink say. */
export function leadingWords(file: TreeFile, owner: { uid: number; gid: number } | undefined): string {
  const { type, size, uid, gid, mode, link, nlink, mtime } = file;
  let words = `size=${size}`;
  if (type !== "file") words += ` type=${type}`;
  if (uid !== owner?.uid) words += ` uid=${uid}`;
  if (gid !== owner?.gid) words += ` gid=${gid}`;
  if (mode !== DEFAULT_MODE) words += ` mode=${octal(mode)}`;
  if (link !== undefined) words += ` link=${vis(link)}`;
  if (nlink !== 1) words += ` nlink=${nlink}`;
  return `${words} tar_time=${mtime}.000000000`;
}

/** The words after these: content and attributes, each with a blank in front. */
export function trailingWords({ sha256, xattrs }: TreeFile): string {
  let words = sha256 === undefined ? "" : ` sha256digest=${sha256}`;
  for (const { name, value } of xattrs ?? []) words += ` xattr.${vis(name)}=${base64(value)}`;
  return words;
}

class Writer {
  readonly #emit: (piece: Uint8Array) => void;
  #lines: string[] = [];
  #length = 0;
  #owner: { uid: number; gid: number } | undefined;

  constructor(emit: (piece: Uint8Array) => void) {
    this.#emit = emit;
  }

  head({ user, machine, tree, date }: Head): void {
    const rows = { user, machine, tree, date, keywords: KEYWORDS.join(",") };
    for (const [name, value] of Object.entries(rows)) {
      this.#line(`#${`${name}:`.padStart(15)} ${printable(value)}`);
    }
  }

  directory(directory: TreeFile, parent: string): void {
    const path = parent === "" || parent === "." ? directory.name : `${parent}/${directory.name}`;
    this.#line("");
    this.#line(`# ${/[^ -~]/.test(path) ? vis(path) : path}`);
    const { uid, gid } = directory;
    if (this.#owner?.uid !== uid || this.#owner.gid !== gid) {
      this.#owner = { uid, gid };
      this.#line(`/set type=file nlink=1 mode=0664 uid=${uid} gid=${gid}`);
    }
    this.#line(this.#entry(directory));
    const children = [...(directory.children ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of children) if (child.type !== "dir") this.#line(`    ${this.#entry(child)}`);
    for (const child of children) if (child.type === "dir") this.directory(child, path);
    this.#line("..");
  }

  flush(): void {
    this.#emit(bytesOfString(this.#lines.join("")));
    this.#lines = [];
    this.#length = 0;
  }

  #entry(file: TreeFile): string {
    return `${vis(file.name)} ${leadingWords(file, this.#owner)}${trailingWords(file)}`;
  }

  #line(text: string): void {
    this.#lines.push(text, "\n");
    this.#length += text.length + 1;
    if (this.#length >= PIECE) this.flush();
  }
}

/** A comment is one line of bytes, whatever a user, a machine or a path is called. */
function printable(text: string): string {
  return /[^ -~]/.test(text) ? text.replace(/[^ -~]/g, "?") : text;
}
