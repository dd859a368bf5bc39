/**
 * JSON as Go's encoding/json writes structs, so that what Hookwright writes has the digest that Go programs would give it:
 * fields in the order of the struct, maps sorted by their keys' bytes, `<>&` escaped, a line break at the end. A shape says
 * what Go declares as types; fields that it does not name follow those that it does, in the order in which they were read.
 */

import { compareCodePoints } from "./code-points.ts";
import { goTime } from "./go-time.ts";
import { ExactNumber } from "./json/exact-number.ts";
import { skipBlank, stringEnd, wellFormed } from "./json/string.ts";
import { escapeHtml } from "./json/style.ts";

const QUOTE = 34;

/** What Go knows of a value. `text`, `flag`, `number` and `any` print alike, and are told apart when a text is read. */
export type Shape = "text" | "flag" | "number" | "time" | "any" | "map" | "set" | List | Struct;

export interface List {
  readonly list: Shape;
}

export interface Struct {
  readonly fields: readonly Field[];
}

/** `always` is written even when it is empty; a struct that is there always is. */
export type Field = readonly [name: string, shape: Shape, always?: "always"];

/** The compact text of a value, with a line break at the end. Throws a TypeError for a number that JSON cannot say exactly. */
export function goJson(value: unknown, shape: Shape = "any"): string {
  return `${print(value, shape)}\n`;
}

function print(value: unknown, shape: Shape): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return goString(shape === "time" ? (goTime(value) ?? value) : value);
  if (typeof value === "number") return printNumber(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) {
    const item = isList(shape) ? shape.list : "any";
    return `[${value.map((one) => print(one, item)).join(",")}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (shape === "map" || shape === "set")
    return printMembers(
      entries.sort(([a], [b]) => compareCodePoints(a, b)),
      "any",
    );
  return isStruct(shape) ? printStruct(value, entries, shape) : printMembers(entries, "any");
}

function printStruct(value: object, entries: [string, unknown][], { fields }: Struct): string {
  const members: string[] = [];
  for (const [name, shape, always] of fields) {
    const item: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    if (always !== undefined || !isEmpty(item, shape))
      members.push(`${goString(name)}:${print(item, shape)}`);
  }
  const named = new Set(fields.map(([name]) => name));
  const others = entries.filter(([key]) => !named.has(key));
  for (const [key, item] of others) members.push(`${goString(key)}:${print(item, "any")}`);
  return `{${members.join(",")}}`;
}

function printMembers(entries: [string, unknown][], shape: Shape): string {
  return `{${entries.map(([key, item]) => `${goString(key)}:${print(item, shape)}`).join(",")}}`;
}

/** Go's `omitempty`. */
function isEmpty(value: unknown, shape: Shape): boolean {
  if (value === null || value === undefined || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return (shape === "map" || shape === "set") && Object.keys(value).length === 0;
}

function printNumber(value: number): string {
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return String(value);
  throw new TypeError(`the number ${value} has no exact JSON form`);
}

/** A JSON string as Go prints it. */
function goString(text: string): string {
  const printed = JSON.stringify(text);
  return escapeHtml(printed.includes("\\ud") ? JSON.stringify(wellFormed(text)) : printed);
}

/** A JSON text as Go prints one that it was handed: without white space, with its escapes, all else as it stands. */
export function goCompact(text: string): string {
  let out = "";
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, at)) {
    const end = text.charCodeAt(at) === QUOTE ? stringEnd(text, at) : at + 1;
    out += text.slice(at, end);
    at = end;
  }
  return escapeHtml(out);
}

function isList(shape: Shape): shape is List {
  return typeof shape === "object" && "list" in shape;
}

function isStruct(shape: Shape): shape is Struct {
  return typeof shape === "object" && "fields" in shape;
}
