/**
 * Names of files between quotes as Go's %q prints them, for messages and tables that other programs compare: as goQuote, and
 * a byte that is no UTF-8 becomes \xNN.
 */

import { bytesOfString } from "./byte-string.ts";
import { quoteCharacter } from "./go-quote.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Quotes bytes that are mostly UTF-8. */
export function quoteBytes(name: string): string {
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
