/**
 * Writes a document again in the style in which it was read. What was not changed comes out byte for byte: by the same
 * serialiser for a text that was its own re-serialisation, by slices of the text for any other (splice.ts).
 */

import { type JsonDocument, writeFaithful } from "./faithful.ts";
import { splice } from "./splice.ts";
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
  const text = writeFaithful(doc, changed);
  if (text !== undefined) return text;
  // JSON.stringify would round 2^64 - 1 up, out of the range of uint64.
  return splice(doc, nothingRead()) + (doc.text.endsWith("\n") ? "\n" : "");
}

/** For printing exactly what was read fast: there is nothing to take slices from. */
function nothingRead(): Tokens {
  const root: Shape = { start: 0, end: 0, keys: undefined, members: [], starts: [], ends: [], values: [] };
  return { root, shapes: new Map() };
}
