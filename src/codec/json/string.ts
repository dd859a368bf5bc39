/** String tokens of a JSON text, found by native searches: an interpreter is too slow to look at each character. */

/** Offset just past the quote that closes the string opening at `open`; -1 when nothing closes it. */
export function stringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close + 1 || -1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === 92) at--;
  return (quote - at) % 2 === 0;
}

/** Offset of the first character at or after `at` that is not JSON white space. */
export function skipBlank(text: string, at: number): number {
  for (; ; at++) {
    const c = text.charCodeAt(at);
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return at;
  }
}

/**
 * The key as a Go program knows it: each lone surrogate is U+FFFD there, so two keys that differ only in those are one
 * key to runc.
 */
export function wellFormed(key: string): string {
  let out = "";
  for (const character of key) {
    const c = character.charCodeAt(0);
    out += character.length === 1 && c >= 0xd800 && c <= 0xdfff ? "\ufffd" : character;
  }
  return out;
}
