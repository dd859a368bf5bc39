/**
 * How a JSON text is laid out: what writing it again must repeat. Go escapes `<`, `>`, `&`, U+2028 and U+2029 inside
 * strings; whether a text does is seen by one of those escapes in it.
 */

export interface Style {
  /** White space of one level; "" when the text has no line breaks between its values. */
  indent: string;
  newline: string;
  colon: string;
  /** Between two values on one line. */
  comma: string;
  html: boolean;
}

/** The white space of one level, when the text begins a container, breaks the line and indents. */
export function indentOf(text: string): string {
  if (text.charCodeAt(1) !== 10) return "";
  let end = 2;
  for (let c = text.charCodeAt(end); c === 32 || c === 9; c = text.charCodeAt(end)) end++;
  return text.slice(2, end);
}

/** Whether `part` occurs in `text`. QuickJS splits four times as fast as it searches. */
export function contains(text: string, part: string): boolean {
  return text.split(part, 2).length > 1;
}

/** `text`, the compact or indented output of JSON.stringify, with Go's HTML escapes. */
export function escapeHtml(text: string): string {
  let out = text;
  for (const [character, escaped] of GO_ESCAPES) {
    if (contains(out, character)) out = out.split(character).join(escaped);
  }
  return out;
}

const GO_ESCAPES = [
  ["<", "\\u003c"],
  [">", "\\u003e"],
  ["&", "\\u0026"],
  ["\u2028", "\\u2028"],
  ["\u2029", "\\u2029"],
] as const;

/** The style of a text of any make, from its first break of the line and its first colon. */
export function styleOf(text: string): Style {
  const broken = text.indexOf("\n");
  const newline = broken > 0 && text.charCodeAt(broken - 1) === 13 ? "\r\n" : "\n";
  let end = broken + 1;
  for (let c = text.charCodeAt(end); c === 32 || c === 9; c = text.charCodeAt(end)) end++;
  // A break after the last value says nothing of how the values are laid out.
  const indent = broken >= 0 && end < text.length ? text.slice(broken + 1, end) : "";
  const airy = text.includes('": ');
  return {
    indent,
    newline,
    colon: airy ? ": " : ":",
    comma: airy ? ", " : ",",
    html: GO_ESCAPES.some(([, escaped]) => text.includes(escaped)),
  };
}
