/**
 * Reading a manifest: one entry a line, below /set lines and inside directories that `..` closes. As go-mtree reads it,
 * with other tools' manifests too: names with a slash are paths, a backslash at a line's end goes on with the next. A line's
 * words stay text until somebody asks for them, since most lines are only ever compared with what the file would get today.
 */

import { Failure } from "../../spec/failure.ts";
import { keywordOf, prefixOf, type Values } from "./file.ts";
import { unvis } from "./vis.ts";

/** What a /set line gives to the lines below it. */
export interface Defaults {
  readonly values: Values;
  /** The owner, when the line is one that the writer would write for it. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

export interface Line {
  /** `keyword=value`, separated by blanks, as they stand there. */
  readonly words: string;
  readonly defaults: Defaults;
}

/** By path, byte strings: `.`, `a`, `a/b`. The last line that names a path counts. */
export type Manifest = Map<string, Line>;

const STANDARD = /^type=file nlink=1 mode=0664 uid=(\d{1,10}) gid=(\d{1,10})$/;
const NONE: Defaults = { values: new Map(), owner: undefined };

/** Reads the text of a manifest (bytes as a byte string); a Failure names the line that is none. */
export function readManifest(text: string): Manifest {
  const manifest: Manifest = new Map();
  const directories: string[] = [];
  const odd = /[\t\v\f\r]|\\\n/.test(text);
  let defaults = NONE;
  let number = 0;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    let line = text.slice(at, end);
    number++;
    at = end + 1;
    if (odd) {
      if (/^[ \t]*#/.test(line)) continue;
      while (line.endsWith("\\") && at < text.length) {
        end = text.indexOf("\n", at);
        if (end < 0) end = text.length;
        line = line.slice(0, -1) + text.slice(at, end);
        number++;
        at = end + 1;
      }
      line = line.replace(/[\t\v\f\r]/g, " ");
    }
    let start = 0;
    while (line.charCodeAt(start) === BLANK) start++;
    if (start === line.length || line.charCodeAt(start) === COMMENT) continue;
    let nameEnd = line.indexOf(" ", start);
    if (nameEnd < 0) nameEnd = line.length;
    const name = line.slice(start, nameEnd);
    const words = line.slice(nameEnd + 1);
    if (line.charCodeAt(0) === SLASH) {
      if (name === "/set") defaults = defaultsIn(words);
      else if (name === "/unset") defaults = NONE;
    } else if (name === "..") directories.pop();
    else {
      const decoded = unvis(name);
      if (decoded === undefined) throw invalid(number, `cannot decode the name ${JSON.stringify(name)}`);
      const whole = name.includes("/");
      const above = whole ? undefined : directories.at(-1);
      const path = clean(above === undefined || above === "." ? decoded : `${above}/${decoded}`);
      manifest.set(path, { words, defaults });
      if (!whole && /(^| )type=dir( |$)/.test(words)) directories.push(path);
    }
  }
  return manifest;
}

const BLANK = 0x20;
const COMMENT = 0x23;
const SLASH = 0x2f;

/** All that a manifest says of a path: the line's own values, and those of the /set line where it has none. */
export function valuesOfLine({ words, defaults }: Line): Values {
  const own = valuesIn(words);
  for (const [keyword, value] of defaults.values) if (!own.has(keyword)) own.set(keyword, value);
  return own;
}

/** Keywords that occur in a manifest, `xattr` for all attributes. */
export function keywordsOf(manifest: Manifest): Set<string> {
  const keywords = new Set<string>();
  for (const line of manifest.values()) {
    for (const keyword of valuesOfLine(line).keys()) keywords.add(prefixOf(keyword));
  }
  return keywords;
}

function defaultsIn(words: string): Defaults {
  const [, uid, gid] = STANDARD.exec(words) ?? [];
  return {
    values: valuesIn(words),
    owner: uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) },
  };
}

function valuesIn(words: string): Values {
  const values: Values = new Map();
  for (const word of words.split(" ")) {
    const equals = word.indexOf("=");
    if (equals > 0) values.set(keywordOf(word.slice(0, equals)), word.slice(equals + 1));
  }
  return values;
}

/** The path without `.`, `..` and empty components, as far as they can be taken away by its words alone. */
function clean(path: string): string {
  if (!/(^|\/)(\.{0,2})(\/|$)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !path.startsWith("/")) parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/") || ".";
}

function invalid(line: number, what: string): Failure {
  return new Failure("mtree", `parse mtree: line ${line}: ${what}`);
}
