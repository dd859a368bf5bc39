/**
 * Text between quotes as Go's %q prints it, for messages and tables that other programs compare: what is printable stays,
 * a byte that is no UTF-8 becomes \xNN, control characters get their short names.
 */

import { bytesOfString } from "./byte-string.ts";

const SHORT: { [character: string]: string } = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

/** Quotes bytes that are mostly UTF-8. */
export function quoteBytes(name: string): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let at = 0; at < name.length; ) {
    const length = lengthAt(name.charCodeAt(at));
    try {
      text += quoteCharacter(decoder.decode(bytesOfString(name.slice(at, at + length))));
      at += length;
    } catch {
      text += `\\x${name.charCodeAt(at).toString(16).padStart(2, "0")}`;
      at += 1;
    }
  }
  return `"${text}"`;
}

/** Of the UTF-8 sequence that starts with `unit`. */
function lengthAt(unit: number): number {
  return unit < 0xc0 ? 1 : unit < 0xe0 ? 2 : unit < 0xf0 ? 3 : 4;
}

function quoteCharacter(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  if (character === " " || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return `\\x${point.toString(16).padStart(2, "0")}`;
  return point < 0x10000
    ? `\\u${point.toString(16).padStart(4, "0")}`
    : `\\U${point.toString(16).padStart(8, "0")}`;
}
