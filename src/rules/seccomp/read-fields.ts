/**
 * Fields of JSON from outside, read one by one: each is what it must be, or a Failure names its place in the file, what
 * is wrong with it, and the mend.
 */

import { locate } from "../../codec/json/locate.ts";
import { quoted } from "../../codec/json/position.ts";
import { Failure } from "../../spec/failure.ts";
import type { Json, JsonObject } from "../../spec/runtime-config.ts";

/** A text as it was read (`JsonDocument` is one). Without the text, messages have the path instead of line and column. */
export interface Document {
  readonly value: Json;
  readonly file: string;
  readonly text?: string;
}

export type Path = readonly (string | number)[];

export class Fields {
  private readonly document: Document;
  private readonly code: string;

  /** `code` is that of the Failures. */
  constructor(document: Document, code: string) {
    this.document = document;
    this.code = code;
  }

  refuse(path: Path, problem: string, hint: string): never {
    const { file, text } = this.document;
    const where = path.length === 0 ? "" : `${pointer(path)}: `;
    if (text === undefined) throw new Failure(this.code, `read ${file}: ${where}${problem}`, { hint });
    const { line, column } = locate(text, path);
    throw new Failure(this.code, `read ${file}:${line}:${column}: ${where}${problem}`, { hint });
  }

  object(value: Json | undefined, path: Path): JsonObject {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    return this.refuse(path, `is ${kindOf(value)}, not an object`, "Write it as { … }.");
  }

  /** Null counts as absent, as in Go. */
  list(value: Json | undefined, path: Path): Json[] | undefined {
    if (value === undefined || value === null) return;
    if (Array.isArray(value)) return value;
    return this.refuse(path, `is ${kindOf(value)}, not a list`, "Write it as [ … ].");
  }

  text(value: Json | undefined, path: Path): string {
    if (typeof value === "string") return value;
    return this.refuse(path, `is ${kindOf(value)}, not text`, "Write it in quotes.");
  }

  texts(value: Json | undefined, path: Path): string[] | undefined {
    return this.list(value, path)?.map((item, i) => this.text(item, [...path, i]));
  }

  flag(value: Json | undefined, path: Path): boolean {
    if (typeof value === "boolean") return value;
    return this.refuse(path, `is ${kindOf(value)}, not true or false`, "Write true or false.");
  }

  /** A whole number from 0 to `most`, which JavaScript must be able to tell apart from its neighbours. */
  whole(value: Json | undefined, path: Path, most: number = Number.MAX_SAFE_INTEGER): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
    const what = typeof value === "number" ? String(value) : kindOf(value);
    return this.refuse(path, `is ${what}, not a whole number from 0 to ${most}`, "Correct the number.");
  }

  oneOf<T extends string>(value: Json | undefined, path: Path, known: readonly T[]): T {
    const word = this.text(value, path);
    const found = known.find((one) => one === word);
    return found ?? this.refuse(path, `${quoted(word)} is not known`, `Use one of ${known.join(", ")}.`);
  }
}

/** RFC 6901: `/syscalls/0/names`. */
function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "text" : `a ${typeof value}`;
}
