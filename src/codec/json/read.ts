/**
 * Reads a JSON text into plain data that may be changed in place and written again by write.ts without losing anything
 * else. A text that equals its own re-serialisation has no duplicate keys and no number that JavaScript rounds, so
 * JSON.parse is enough for it; any other text is read by the exact tokenizer.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { contains, escapeHtml, indentOf, type Style, styleOf } from "./style.ts";
import { type Tokens, tokenize } from "./tokenize.ts";

export interface JsonDocument {
  /** The data: change it in place, or replace it. Look keys up with `Object.hasOwn`; the text chose them. */
  value: Json;
  /** What messages call the text. */
  readonly file: string;
  readonly text: string;
  readonly style: Style;
  /** Where each element stood; undefined when the text is its own re-serialisation. */
  readonly tokens: Tokens | undefined;
  /** Where the values of the top-level object stand, when the text is its own compact re-serialisation. */
  readonly members: ReadonlyMap<string, Member> | undefined;
}

export interface Member {
  start: number;
  end: number;
  /** Whether the value has Go's HTML escapes. */
  html: boolean;
}

/**
 * Reads `text`; `what.file` names it in messages. Throws a `Failure` `json_empty`, `json_bom`, `json_truncated`,
 * `json_syntax`, `json_string`, `json_escape`, `json_trailing`, `json_duplicate_key` or `json_depth` that says
 * `read FILE:LINE:COLUMN: …`. The caller answers for the text being what the bytes said (no U+FFFD put in).
 */
export function readJson(text: string, what: { file: string }): JsonDocument {
  const fast = readCanonical(text, what.file);
  if (fast !== undefined) return fast;
  const tokens = tokenize(text, what.file);
  const value = tokens.root.values[0] ?? null;
  return { value, file: what.file, text, style: styleOf(text), tokens, members: undefined };
}

/** The document, when the text is exactly what printing it would give; undefined says nothing about the text. */
function readCanonical(text: string, file: string): JsonDocument | undefined {
  // Keys that differ only in lone surrogates are the same key to Go; the tokenizer knows.
  if (contains(text, "\\ud")) return;
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  try {
    const value: Json = JSON.parse(text);
    const indent = indentOf(text);
    if (indent === "" && typeof value === "object" && value !== null && !Array.isArray(value)) {
      return readMembers(text, end, value, file);
    }
    const again = JSON.stringify(value, null, indent);
    const html = again.length < end;
    if ((html ? escapeHtml(again) : again) !== text.slice(0, end)) return;
    const space = indent === "" ? "" : " ";
    const style = { indent, newline: "\n", colon: `:${space}`, comma: `,${space}`, html };
    return { value, file, text, style, tokens: undefined, members: undefined };
  } catch {
    return;
  }
}

/** The same for a compact object, value by value, so that writing can repeat those that were not changed. */
function readMembers(text: string, end: number, value: JsonObject, file: string): JsonDocument | undefined {
  const members = new Map<string, Member>();
  let at = 1;
  let html = false;
  for (const key of Object.keys(value)) {
    const head = `${members.size === 0 ? "" : ","}${JSON.stringify(key)}:`;
    const start = at + head.length;
    if (text.slice(at, start) !== head) return;
    let printed = JSON.stringify(value[key]);
    const plain = text.slice(start, start + printed.length) === printed;
    if (!plain) {
      printed = escapeHtml(printed);
      if (text.slice(start, start + printed.length) !== printed) return;
      html = true;
    }
    at = start + printed.length;
    members.set(key, { start, end: at, html: !plain });
  }
  if (text.charCodeAt(0) !== 123 || text.charCodeAt(at) !== 125 || at + 1 !== end) return;
  const style = { indent: "", newline: "\n", colon: ":", comma: ",", html };
  return { value, file, text, style, tokens: undefined, members };
}
