/**
 * Canonical JSON: the one text of a value, so that its digest names it. The rule is RFC 8785 (JCS), narrowed: no white
 * space, keys sorted by UTF-16 units, strings and numbers as ECMAScript prints them; an integer must be safe, any other
 * number finite, and text well formed. Plan and entries are written so.
 */

import { Failure } from "../../spec/failure.ts";

/**
 * The canonical text. Properties that are undefined are left out. Throws a `Failure` `json_canonical` for what the rule
 * does not take; its message says where.
 */
export function canonicalJson(value: unknown): string {
  return print(value, "$", 0);
}

function print(value: unknown, where: string, depth: number): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return printText(value, where);
  if (typeof value === "number") {
    if (Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
      refuse(where, `the number ${value}`);
    }
    return JSON.stringify(value);
  }
  if (typeof value !== "object") refuse(where, `a value of type ${typeof value}`);
  if (depth >= 512) refuse(where, "more than 512 levels of nesting");
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => print(item, `${where}[${i}]`, depth + 1)).join(",")}]`;
  }
  const members: string[] = [];
  for (const [key, item] of Object.entries(value).sort(byKey)) {
    if (item !== undefined)
      members.push(`${printText(key, where)}:${print(item, `${where}.${key}`, depth + 1)}`);
  }
  return `{${members.join(",")}}`;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** JSON.stringify escapes lone surrogates and nothing else as `\ud…`. */
function printText(text: string, where: string): string {
  const printed = JSON.stringify(text);
  if (printed.includes("\\ud") && hasLoneSurrogate(text)) refuse(where, "text with a lone surrogate");
  return printed;
}

function hasLoneSurrogate(text: string): boolean {
  for (const character of text) {
    const c = character.charCodeAt(0);
    if (character.length === 1 && c >= 0xd800 && c <= 0xdfff) return true;
  }
  return false;
}

function refuse(where: string, what: string): never {
  throw new Failure("json_canonical", `write canonical JSON: ${what} at ${where}`, {
    hint: "Use well-formed text, finite numbers and integers below 2^53.",
  });
}
