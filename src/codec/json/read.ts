/**
 * Reads a JSON text into plain data that may be changed in place and written again by write.ts without losing anything
 * else: quickly when the text is its own re-serialisation (faithful.ts), else by the exact tokenizer.
 */

import { type JsonDocument, readFaithful } from "./faithful.ts";
import { styleOf } from "./style.ts";
import { tokenize } from "./tokenize.ts";

export type { JsonDocument } from "./faithful.ts";

/**
 * Reads `text`; `what.file` names it in messages. Throws a `Failure` `json_empty`, `json_bom`, `json_truncated`,
 * `json_syntax`, `json_string`, `json_escape`, `json_trailing`, `json_duplicate_key` or `json_depth` that says
 * `read FILE:LINE:COLUMN: …`. The caller answers for the text being what the bytes said (no U+FFFD put in).
 */
export function readJson(text: string, what: { file: string }): JsonDocument {
  const fast = readFaithful(text, what.file);
  if (fast !== undefined) return fast;
  const tokens = tokenize(text, what.file);
  const value = tokens.root.values[0] ?? null;
  return { value, file: what.file, text, style: styleOf(text), tokens, members: undefined };
}
