/**
 * Where in a JSON text something is, as an editor shows it, and the one form in which every refusal of a text names
 * that place: `read FILE:LINE:COLUMN: problem`.
 */

import { Failure } from "../../spec/failure.ts";

export interface Position {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

/** Line and column of an offset in UTF-16 units; an offset past the end counts on from the last line. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", start)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** A refusal to read `file`, with the place in its text. */
export function jsonFailure(
  code: `json_${string}`,
  at: { file: string; text: string; offset: number },
  problem: string,
  hint: string,
): Failure {
  const { line, column } = positionAt(at.text, at.offset);
  return new Failure(code, `read ${at.file}:${line}:${column}: ${problem}`, { hint });
}

/** A key or a value of a user's file, shortened and with its control characters escaped, for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
