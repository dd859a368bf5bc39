/**
 * A JSON text laid out for people, two spaces a level unless said otherwise: only white space differs, every token stays as it was written.
 * For showing changes of a file that is one line.
 */

import { skipBlank, stringEnd } from "./string.ts";

/** The text indented; it must be JSON, else the result is as odd as the text. */
export function reindentJson(text: string, indent = "  "): string {
  let out = "";
  let level = 0;
  const broken = (): string => `\n${indent.repeat(level)}`;
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, at)) {
    const c = text.charAt(at);
    if (c === '"') {
      const end = stringEnd(text, at);
      out += text.slice(at, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end;
      continue;
    }
    at++;
    if (c === "{" || c === "[") {
      const inside = skipBlank(text, at);
      const close = c === "{" ? "}" : "]";
      if (text.charAt(inside) === close) {
        out += c + close;
        at = inside + 1;
        continue;
      }
      level++;
      out += c + broken();
    } else if (c === "}" || c === "]") {
      level = Math.max(0, level - 1);
      out += broken() + c;
    } else if (c === ",") out += c + broken();
    else out += c === ":" ? ": " : c;
  }
  return `${out}\n`;
}
