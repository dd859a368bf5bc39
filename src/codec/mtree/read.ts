/**
 * Reading a manifest: one entry a line, below /set lines and inside directories that `..` closes. As go-mtree reads it,
 * with other tools' manifests too: names with a slash are paths, a backslash at a line's end goes on with the next.
 */

import { Failure } from "../../spec/failure.ts";
import { keywordOf, prefixOf, type Values } from "./file.ts";
import { unvis } from "./vis.ts";

export interface Manifest {
  /** By path: `.`, `a`, `a/b`. The last line that names a path counts. */
  readonly entries: Map<string, Values>;
  /** Keywords that occur, `xattr` for all attributes, in the order of their first use. */
  readonly keywords: string[];
}

/** Reads the text of a manifest (bytes as a string of bytes); a Failure names the line that is none. */
export function readManifest(text: string): Manifest {
  const entries = new Map<string, Values>();
  const keywords = new Set<string>();
  const directories: string[] = [];
  let set: Values = new Map();
  let number = 0;
  const note = (values: Values) => {
    for (const keyword of values.keys()) keywords.add(prefixOf(keyword));
  };
  for (let at = 0; at < text.length; ) {
    let line: string;
    [line, at] = lineAt(text, at);
    number++;
    const start = /[^ \t]/.exec(line)?.index;
    if (start === undefined || line.charAt(start) === "#") continue;
    while (line.endsWith("\\") && at < text.length) {
      let more: string;
      [more, at] = lineAt(text, at);
      number++;
      line = line.slice(0, -1) + more;
    }
    const [name = "", ...words] = line.split(/[ \t\v\f\r]+/).slice(start > 0 ? 1 : 0);
    if (line.startsWith("/")) {
      const values = valuesIn(words);
      note(values);
      if (name === "/set") set = values;
      else if (name === "/unset") set = new Map();
    } else if (name === "..") directories.pop();
    else {
      const decoded = unvis(name);
      if (decoded === undefined) throw invalid(number, `cannot decode the name ${JSON.stringify(name)}`);
      const own = valuesIn(words);
      note(own);
      const above = name.includes("/") ? undefined : directories.at(-1);
      const path = clean(above === undefined ? decoded : `${above}/${decoded}`);
      entries.set(path, own.size === 0 ? set : merge(set, own));
      if (!name.includes("/") && own.get("type") === "dir") directories.push(path);
    }
  }
  return { entries, keywords: [...keywords] };
}

function lineAt(text: string, at: number): [line: string, next: number] {
  const end = text.indexOf("\n", at);
  return end < 0 ? [text.slice(at), text.length] : [text.slice(at, end), end + 1];
}

function valuesIn(words: readonly string[]): Values {
  const values: Values = new Map();
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0) values.set(keywordOf(word.slice(0, equals)), word.slice(equals + 1));
  }
  return values;
}

/** The /set line's values where the entry has none of its own. */
function merge(set: Values, own: Values): Values {
  for (const [keyword, value] of set) if (!own.has(keyword)) own.set(keyword, value);
  return own;
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
