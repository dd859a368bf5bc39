/**
 * Keys that a Go program takes for a field and nobody else does. encoding/json compares names by Unicode simple folding,
 * last one wins: to runc `Hooks`, `HOOKS` and `hoo\u212as` are `hooks`, to crun and to us they are nothing. A document
 * with such a key says one thing to the checker and another to the runtime, so it is refused.
 */

import { Failure } from "../../spec/failure.ts";
import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { type Fields, LEAF, type Node, RUNTIME_FIELDS } from "../../spec/runtime-fields.ts";
import { isRuntimeStage } from "../../spec/stage.ts";
import { locate } from "./locate.ts";
import { type Position, quoted } from "./position.ts";
import type { JsonDocument } from "./read.ts";

/**
 * The first key of an OCI runtime configuration, at any position whose fields the specification names, that is not a
 * field but folds to one, or that folds to the same as another key beside it: as a `Failure` `json_folded_key` with line
 * and column. Undefined when there is none. Keys of maps (annotations, sysctl, unified, …) are free.
 */
export function foldedKeyCollision(doc: JsonDocument): Failure | undefined {
  if (!isObject(doc.value)) return;
  const found = search(doc.value, RUNTIME_FIELDS);
  return found === undefined ? undefined : failure(found, doc);
}

/** Keys of `hooks` that are no stage: every runtime ignores what is listed there. In the order of the text. */
export function unknownStages(doc: JsonDocument): ({ key: string } & Position)[] {
  const config = doc.value;
  if (!isObject(config) || !Object.hasOwn(config, "hooks") || !isObject(config.hooks)) return [];
  const unknown = Object.keys(config.hooks).filter((key) => !isRuntimeStage(key));
  return unknown.map((key) => ({ key, ...locate(doc.text, ["hooks", key]) }));
}

/** The name as encoding/json folds it. What folds to an ASCII letter besides the other case: U+212A and U+017F. */
export function foldKey(key: string): string {
  const lower = key.toLowerCase();
  return lower.includes("\u017f") ? lower.split("\u017f").join("s") : lower;
}

/** A key that collides, and the steps to its object, innermost first: they are only needed for a message. */
interface Found {
  key: string;
  other: string;
  isField: boolean;
  steps: (string | number)[];
}

function search(value: JsonObject | Json[], node: Node): Found | undefined {
  if (Array.isArray(value)) {
    if (node.form !== "list") return;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item !== "object" || item === null || Array.isArray(item)) continue;
      const found = searchObject(item, node.fields);
      if (found !== undefined) return from(found, i);
    }
    return;
  }
  if (node.form === "object") return searchObject(value, node.fields);
  if (node.form === "list") return;
  for (const key in value) {
    const item = value[key];
    if (typeof item !== "object" || item === null || Array.isArray(item)) continue;
    const found = searchObject(item, node.fields);
    if (found !== undefined) return from(found, key);
  }
  return;
}

function searchObject(value: JsonObject, fields: Fields): Found | undefined {
  let unknown: string[] | undefined;
  for (const key in value) {
    const field = fields[key];
    if (field === LEAF) continue;
    if (field === undefined) {
      unknown ??= [];
      unknown.push(key);
      continue;
    }
    const item = value[key];
    if (typeof item !== "object" || item === null) continue;
    const found = search(item, field);
    if (found !== undefined) return from(found, key);
  }
  return unknown === undefined ? undefined : collisionAmong(unknown, fields);
}

function collisionAmong(unknown: string[], fields: Fields): Found | undefined {
  const folded = new Map(Object.keys(fields).map((field) => [foldKey(field), field]));
  for (const key of unknown) {
    const fold = foldKey(key);
    const other = folded.get(fold);
    if (other !== undefined) return { key, other, isField: fields[other] !== undefined, steps: [] };
    folded.set(fold, key);
  }
  return;
}

function from(found: Found, step: string | number): Found {
  found.steps.push(step);
  return found;
}

function failure({ key, other, isField, steps }: Found, doc: JsonDocument): Failure {
  const path = steps.reverse();
  const { line, column } = locate(doc.text, [...path, key]);
  const where = path.length === 0 ? "" : ` in ${path.join(".")}`;
  const meaning = isField ? `the field ${quoted(other)}` : `the same as ${quoted(other)}`;
  return new Failure(
    "json_folded_key",
    `read ${doc.file}:${line}:${column}: key ${quoted(key)}${where} is ${meaning} to a runtime written in Go, and to no other`,
    { hint: isField ? `Write it as ${quoted(other)}, or remove it.` : "Remove one of the two." },
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
