/**
 * Text of a hook made safe for an engine's log and a person's terminal: no escape sequence, no carriage return, no
 * character that turns the line around. Line ends stay, each line on its own.
 */

const NEWLINE = 10;
const TAB = 9;

/** `text` with every control character replaced by `?`; line ends too when `oneLine`. */
export function printable(text: string, oneLine = false): string {
  let clean = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 32 && code < 127) continue;
    if (!isControl(code) || (code === NEWLINE && !oneLine) || code === TAB) continue;
    clean += `${text.slice(from, at)}${code === NEWLINE ? " " : "?"}`;
    from = at + 1;
  }
  return from === 0 ? text : clean + text.slice(from);
}

/** C0 and C1, DEL, the line and paragraph separators, and the marks that change the direction of writing. */
function isControl(code: number): boolean {
  return (
    code < 32 ||
    (code >= 127 && code < 160) ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
