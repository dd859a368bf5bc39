/**
 * Writes a document again in the style in which it was read. What was not changed comes out byte for byte: by the same
 * serialiser for a text that was its own re-serialisation, by slices of the text for any other (splice.ts).
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import type { JsonDocument, Member } from "./read.ts";
import { UINT64_MAX } from "./scalar.ts";
import { splice } from "./splice.ts";
import { contains, escapeHtml } from "./style.ts";
import type { Shape, Tokens } from "./tokenize.ts";

/**
 * The text of the document as it is now. `changed` names the keys of the top-level object whose values may have been
 * changed or replaced since it was read, when the caller knows: the others are then printed as they were read, not even
 * looked at, which halves the time. Keys that were added or removed need no mention.
 *
 * Throws a `Failure` `json_number` for a new number that has no exact JSON form, and `json_ambiguous` when a list lost
 * one of several large numbers that JavaScript cannot tell apart.
 */
export function writeJson(doc: JsonDocument, changed?: readonly string[]): string {
  if (doc.tokens !== undefined) return splice(doc, doc.tokens);
  const text = printAll(doc, changed);
  const complete = doc.text.endsWith("\n") ? `${text}\n` : text;
  // A limit of 2^64 - 1 that an edit brought in: JSON.stringify rounds it up, out of the range of uint64.
  if (!contains(complete, UINT64_MAX.rounded) || complete === doc.text) return complete;
  return splice(doc, nothingRead()) + complete.slice(text.length);
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

/** For printing exactly what was read fast: there is nothing to take slices from. */
function nothingRead(): Tokens {
  const root: Shape = { start: 0, end: 0, keys: undefined, members: [], starts: [], ends: [], values: [] };
  return { root, shapes: new Map() };
}
