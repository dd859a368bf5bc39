/** Strings as Go's strconv.Quote writes them: for messages that scripts compare, and for tables that quote odd values. */

const SHORT: { readonly [char: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Letters, marks, numbers, punctuation, symbols and the plain space: what Go calls printable. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

export function goQuote(text: string): string {
  let out = '"';
  for (const char of text) out += quoteCharacter(char);
  return `${out}"`;
}

/** One code point as it stands between the quotes. */
export function quoteCharacter(char: string): string {
  return SHORT[char] ?? (isPrintable(char) ? char : escapeOf(char));
}

/** Whether Go's unicode.IsPrint holds for a character. */
function isPrintable(char: string): boolean {
  return PRINTABLE.test(char);
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
