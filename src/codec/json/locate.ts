/**
 * Where in a JSON text the value at a path stands, for messages of readers that work on the data: definitions, the lint
 * of hooks.d files, configurations. It only skips over text, so it is cheap, and takes text that is not quite JSON.
 */

import { type Position, positionAt } from "./position.ts";
import { skipBlank, stringEnd } from "./string.ts";

/**
 * Position of the key, for a path that ends with a name, or of the element, for one that ends with an index; of the
 * nearest ancestor that exists when the path leads nowhere. The first of duplicate keys counts.
 */
export function locate(text: string, path: readonly (string | number)[]): Position {
  let value = skipBlank(text, 0);
  let shown = value;
  for (const step of path) {
    const found = typeof step === "string" ? member(text, value, step) : element(text, value, step);
    if (found === undefined) break;
    shown = found.shown;
    value = found.value;
  }
  return positionAt(text, shown);
}

interface Found {
  shown: number;
  value: number;
}

function member(text: string, object: number, name: string): Found | undefined {
  if (text.charCodeAt(object) !== 123) return;
  let at = skipBlank(text, object + 1);
  while (text.charCodeAt(at) === 34) {
    const end = stringEnd(text, at);
    if (end < 0) return;
    const colon = skipBlank(text, end);
    if (text.charCodeAt(colon) !== 58) return;
    const value = skipBlank(text, colon + 1);
    if (isKey(text.slice(at, end), name)) return { shown: at, value };
    at = skipBlank(text, valueEnd(text, value));
    if (text.charCodeAt(at) !== 44) return;
    at = skipBlank(text, at + 1);
  }
  return;
}

function element(text: string, list: number, index: number): Found | undefined {
  if (text.charCodeAt(list) !== 91) return;
  let at = skipBlank(text, list + 1);
  if (text.charCodeAt(at) === 93) return;
  for (let i = 0; i < index; i++) {
    at = skipBlank(text, valueEnd(text, at));
    if (text.charCodeAt(at) !== 44) return;
    at = skipBlank(text, at + 1);
  }
  return { shown: at, value: at };
}

function isKey(raw: string, name: string): boolean {
  if (!raw.includes("\\")) return raw.length === name.length + 2 && raw.slice(1, -1) === name;
  try {
    return JSON.parse(raw) === name;
  } catch {
    return false;
  }
}

/** Offset past the value that begins at `at`. */
function valueEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      const end = stringEnd(text, i);
      if (end < 0) return text.length;
      i = end - 1;
      if (depth === 0) return end;
    } else if (c === 123 || c === 91) depth++;
    else if (c === 125 || c === 93) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (c === 44 && depth === 0) return i;
  }
  return text.length;
}
