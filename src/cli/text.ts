/**
 * Text that came from a hook, a container or a file name, made safe for a terminal. A control character is shown as its
 * escape and never acts, so nothing that a container prints can move the cursor, set a title or hide a line.
 */

/** C0 but tab and newline, DEL, C1, and the characters that reorder or break lines. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Escapes what could act on a terminal; newlines and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSAFE, escapeOf);
}

/** As `visible`, on one line: newlines and tabs are escaped too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Escapes the same characters the way JSON and YAML strings spell them, which reads back as the same string. */
export function escapeQuoted(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u${hex(char, 4)}`);
}

/** Whether a string holds a character that `visible` would escape. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) !== -1;
}

function escapeOf(char: string): string {
  if (char === "\r") return "\\r";
  if (char === "\u001b") return "\\e";
  return char <= "\u00ff" ? `\\x${hex(char, 2)}` : `\\u${hex(char, 4)}`;
}

function hex(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, "0");
}
