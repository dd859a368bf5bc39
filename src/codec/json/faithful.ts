/**
 * The quick way for a text that equals its own re-serialisation, as engines write it: it has no duplicate keys and no
 * number that JavaScript rounds, so JSON.parse is enough to read it and JSON.stringify to write it. This is all that a
 * create needs as a rule; read.ts and write.ts take any text.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { contains, escapeHtml, indentOf, type Style } from "./style.ts";
import type { Tokens } from "./tokenize.ts";

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

/** 2^64 - 1 as JSON.stringify prints it. */
const ROUNDED_UINT64_MAX = "18446744073709552000";

/** The document, when the text is exactly what printing it would give; undefined says nothing about the text. */
export function readFaithful(text: string, file: string): JsonDocument | undefined {
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

/**
 * The text of a document that `readFaithful` gave, as it is now; undefined when only `writeJson`, whose `changed` this
 * is, can print it: because it was not read so, or because of a limit of 2^64 - 1 that an edit brought in.
 */
export function writeFaithful(doc: JsonDocument, changed?: readonly string[]): string | undefined {
  if (doc.tokens !== undefined) return;
  const text = printAll(doc, changed);
  const complete = doc.text.endsWith("\n") ? `${text}\n` : text;
  return contains(complete, ROUNDED_UINT64_MAX) && complete !== doc.text ? undefined : complete;
}

function printAll(doc: JsonDocument, changed: readonly string[] | undefined): string {
  const { value, members, style } = doc;
  if (members !== undefined && typeof value === "object" && value !== null && !Array.isArray(value)) {
    return printMembers(doc, value, members, changed);
  }
  const text = JSON.stringify(value, null, style.indent);
  return style.html ? escapeHtml(text) : text;
}

function printMembers(
  doc: JsonDocument,
  value: JsonObject,
  members: ReadonlyMap<string, Member>,
  changed: readonly string[] | undefined,
): string {
  const parts: string[] = [];
  for (const key of Object.keys(value)) {
    const item: Json | undefined = value[key];
    if (item === undefined) continue;
    const member = members.get(key);
    const head = `${JSON.stringify(key)}:`;
    if (member !== undefined && changed !== undefined && !changed.includes(key)) {
      parts.push(head + doc.text.slice(member.start, member.end));
    } else {
      const text = JSON.stringify(item);
      parts.push(head + ((member ?? doc.style).html ? escapeHtml(text) : text));
    }
  }
  return `{${parts.join(",")}}`;
}
