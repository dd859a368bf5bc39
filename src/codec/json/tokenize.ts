/**
 * The exact reader, for a text that is not its own re-serialisation. It takes RFC 8259 and nothing beyond, refuses
 * duplicate keys, and remembers where every element stood, so that printing can repeat what was not changed.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { jsonFailure, quoted } from "./position.ts";
import { skipBlank, stringEnd, wellFormed } from "./string.ts";

/** Containers inside one another that are read; a runtime configuration has about eight. */
const DEPTH_LIMIT = 512;

/** Where an object or an array and each of its elements stood in the text. Offsets are UTF-16 units. */
export interface Shape {
  start: number;
  end: number;
  /** Keys in the order of the text, or undefined for an array. */
  keys: string[] | undefined;
  /** Where each element begins with its key; for an array the same as `starts`. */
  members: number[];
  starts: number[];
  ends: number[];
  /** The elements as they were read, to know later which ones are unchanged. */
  values: Json[];
}

export interface Tokens {
  /** The whole text as a list of one element. */
  root: Shape;
  shapes: Map<object, Shape>;
}

/** Reads a text exactly. Throws a `Failure` `json_…` that names line and column. */
export function tokenize(text: string, file: string): Tokens {
  const shapes = new Map<object, Shape>();
  let at = 0;

  function refuse(code: `json_${string}`, offset: number, problem: string, hint = SYNTAX_HINT): never {
    throw jsonFailure(code, { file, text, offset }, problem, hint);
  }

  function unexpected(wanted: string): never {
    const rest = text.slice(at, at + 1);
    if (rest === "") refuse("json_truncated", at, `the text ends where ${wanted} is due`, TRUNCATED_HINT);
    refuse("json_syntax", at, `${quoted(rest)} where ${wanted} is due`);
  }

  function string(): string {
    const open = at;
    const end = stringEnd(text, open);
    if (end < 0) refuse("json_truncated", open, "the string that begins here is not closed", TRUNCATED_HINT);
    at = end;
    try {
      return JSON.parse(text.slice(open, end));
    } catch {
      return explainString(open, end);
    }
  }

  function explainString(open: number, end: number): never {
    for (let i = open + 1; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c < 32) {
        const name = `U+${c.toString(16).padStart(4, "0").toUpperCase()}`;
        refuse(
          "json_string",
          i,
          `control character ${name} in a string`,
          "Write it as an escape such as \\n.",
        );
      }
      if (c !== 92) continue;
      const written = text.slice(i, i + (text.charAt(i + 1) === "u" ? 6 : 2));
      if (!isEscape(written)) {
        refuse(
          "json_escape",
          i,
          `${quoted(written)} is not an escape of JSON`,
          "Write \\\\ for a backslash.",
        );
      }
      i += written.length - 1;
    }
    refuse("json_string", open, "this string is not JSON");
  }

  function digits(): void {
    let c = text.charCodeAt(at);
    if (!(c >= 48 && c <= 57)) unexpected("a digit");
    while (c >= 48 && c <= 57) c = text.charCodeAt(++at);
  }

  function number(): number {
    const start = at;
    if (text.charCodeAt(at) === 45) at++;
    if (text.charCodeAt(at) === 48) at++;
    else digits();
    if (text.charCodeAt(at) === 46) {
      at++;
      digits();
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      at++;
      const sign = text.charCodeAt(at);
      if (sign === 43 || sign === 45) at++;
      digits();
    }
    return Number(text.slice(start, at));
  }

  function scalar(c: number): Json {
    if (c === 34) return string();
    if (c === 45 || (c >= 48 && c <= 57)) return number();
    for (const [word, value] of WORDS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    return unexpected("a value");
  }

  function key(shape: Shape, seen: Set<string>): string {
    const start = at;
    if (text.charCodeAt(at) !== 34) unexpected("a key in double quotes");
    const name = string();
    const known = text.slice(start, at).includes("\\u") ? wellFormed(name) : name;
    if (seen.has(known)) {
      refuse("json_duplicate_key", start, `key ${quoted(name)} occurs twice in one object`, DUPLICATE_HINT);
    }
    seen.add(known);
    shape.keys?.push(name);
    at = skipBlank(text, at);
    if (text.charCodeAt(at) !== 58) unexpected("a colon");
    at = skipBlank(text, at + 1);
    return name;
  }

  function element(into: Shape, start: number, depth: number): Json {
    const c = text.charCodeAt(at);
    into.members.push(start);
    into.starts.push(at);
    const value = c === 123 || c === 91 ? container(c === 123, depth + 1) : scalar(c);
    into.ends.push(at);
    into.values.push(value);
    return value;
  }

  function container(isObject: boolean, depth: number): Json {
    if (depth > DEPTH_LIMIT) {
      refuse("json_depth", at, `more than ${DEPTH_LIMIT} levels of nesting`, "Nest it less.");
    }
    const shape = emptyShape(at, isObject);
    const object: JsonObject = {};
    const list: Json[] = [];
    const seen = new Set<string>();
    const close = isObject ? 125 : 93;
    at = skipBlank(text, at + 1);
    if (text.charCodeAt(at) !== close) {
      for (;;) {
        const start = at;
        if (isObject) {
          const name = key(shape, seen);
          put(object, name, element(shape, start, depth));
        } else {
          list.push(element(shape, start, depth));
        }
        at = skipBlank(text, at);
        const c = text.charCodeAt(at);
        if (c === close) break;
        if (c !== 44) unexpected(isObject ? "a comma or }" : "a comma or ]");
        at = skipBlank(text, at + 1);
      }
    }
    shape.end = ++at;
    const value = isObject ? object : list;
    shapes.set(value, shape);
    return value;
  }

  if (text.charCodeAt(0) === 0xfeff) {
    refuse("json_bom", 0, "the text begins with a byte order mark", "Save the file as UTF-8 without BOM.");
  }
  at = skipBlank(text, 0);
  if (at >= text.length) refuse("json_empty", 0, "the text is empty", TRUNCATED_HINT);
  const root = emptyShape(0, false);
  element(root, at, 0);
  at = skipBlank(text, at);
  if (at < text.length) {
    refuse("json_trailing", at, "more text after the end of the document", "Keep one document in one file.");
  }
  root.end = at;
  return { root, shapes };
}

const SYNTAX_HINT =
  "Mend the text there; it must be JSON as RFC 8259 has it, without comments or trailing commas.";
const TRUNCATED_HINT = "The file seems to be cut off: write it again as a whole.";
const DUPLICATE_HINT = "Remove one of them: runtimes do not agree which one counts.";

const WORDS: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

function emptyShape(start: number, isObject: boolean): Shape {
  return {
    start,
    end: start,
    keys: isObject ? [] : undefined,
    members: [],
    starts: [],
    ends: [],
    values: [],
  };
}

/** Sets an own property, also one named `__proto__`, which an assignment would take for the prototype. */
function put(object: JsonObject, name: string, value: Json): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function isEscape(written: string): boolean {
  if (written.length === 2) return '"\\/bfnrt'.includes(written.charAt(1));
  for (let i = 2; i < written.length; i++) {
    if (!"0123456789abcdefABCDEF".includes(written.charAt(i))) return false;
  }
  return written.length === 6;
}
