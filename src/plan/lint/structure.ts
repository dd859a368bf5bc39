/**
 * A document held against a schema. Keys come first, by a walk of our own: an unknown one is told with the nearest known
 * one, and one that Go would fold into a known one is refused. `null` counts as absent, as Go reads it. What is left is
 * checked by the schema, and every issue becomes a problem with a place.
 */

import * as v from "valibot";
import { type Located, type PathStep, plainValue } from "../../codec/definition/located.ts";
import { didYouMean } from "./nearest.ts";
import { pathText, type Report } from "./problem.ts";
import type { RuleId } from "./rule.ts";

/** What the walk needs to know of a valibot schema. */
interface Shape {
  readonly type: string;
  readonly entries?: { readonly [key: string]: Shape };
  readonly wrapped?: Shape;
  readonly item?: Shape;
  readonly options?: readonly Shape[];
}

/**
 * The document as the schema's type; problems go to the report. Where a value does not fit it is left out with the field
 * that holds it, so that the rest can still be judged; undefined when nothing fits then either.
 */
export function checkStructure<T extends v.GenericSchema>(
  schema: T,
  root: Located,
  report: Report,
): v.InferOutput<T> | undefined {
  const value = walk(schema as unknown as Shape, root, [], report);
  let result = v.safeParse(schema, value);
  for (const issue of result.issues ?? []) tell(issue, report);
  while (!result.success && result.issues.some((issue) => leftOut(issue, value))) {
    report.partial = true;
    result = v.safeParse(schema, value);
  }
  return result.success ? result.output : undefined;
}

/** Takes the innermost field that is there on the issue's path out of the value; false when there is none. */
function leftOut(issue: v.BaseIssue<unknown>, value: unknown): boolean {
  let take: (() => boolean) | undefined;
  let node: unknown = value;
  for (const { key } of issue.path ?? []) {
    if (typeof node !== "object" || node === null) break;
    const holder = node as { [key: string]: unknown };
    const name = String(key);
    if (!Array.isArray(node) && Object.hasOwn(holder, name)) take = () => delete holder[name];
    node = holder[name];
  }
  return take?.() ?? false;
}

function walk(schema: Shape, node: Located, path: readonly PathStep[], report: Report): unknown {
  const shape = narrowed(schema, node);
  if (shape.type === "array" && shape.item !== undefined && node.kind === "array") {
    const { item } = shape;
    return node.items.map((child, i) => walk(item, child, [...path, i], report));
  }
  if (shape.entries === undefined || node.kind !== "object") return plainValue(node);
  const known = Object.keys(shape.entries);
  const value: { [key: string]: unknown } = {};
  for (const { key, value: child } of node.entries) {
    const entry = Object.hasOwn(shape.entries, key) ? shape.entries[key] : undefined;
    if (entry === undefined) tellUnknown(key, known, path, report);
    else if (child.kind !== "scalar" || child.value !== null)
      value[key] = walk(entry, child, [...path, key], report);
  }
  return value;
}

/** Through wrappers, and to the member of a union that the keys speak for. */
function narrowed(schema: Shape, node: Located): Shape {
  if (schema.wrapped !== undefined) return narrowed(schema.wrapped, node);
  if (schema.type !== "union" || node.kind !== "object") return schema;
  const objects = (schema.options ?? []).filter((option) => option.entries !== undefined);
  const meant = objects.find((option) =>
    node.entries.some(({ key }) => Object.hasOwn(option.entries ?? {}, key)),
  );
  return meant ?? objects[0] ?? schema;
}

function tellUnknown(key: string, known: readonly string[], path: readonly PathStep[], report: Report): void {
  const at = [...path, key];
  const folded = known.find((name) => fold(name) === fold(key));
  if (folded !== undefined) {
    const message = `${ascii(key)} is not ${folded}, but Go programs read it as that, and others do not`;
    report.add("folded-key", at, message, `write ${folded}`, true);
    return;
  }
  const message = `there is no field ${pathText(at)}; it would be ignored`;
  report.add("unknown-field", at, message, didYouMean(key, known), true);
}

/** In quotes, with what only looks like an ASCII letter spelt out. */
function ascii(key: string): string {
  return JSON.stringify(key).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Go's encoding/json compares keys so: case, and the two letters that fold into ASCII (ſ and the Kelvin sign). */
function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function tell(issue: v.BaseIssue<unknown>, report: Report): void {
  const path = (issue.path ?? []).map((item) => item.key as PathStep);
  const last = path.at(-1);
  if (issue.received === "undefined" && issue.kind === "schema") {
    if (path.length === 1 && last === "version") return; // told where the version is read
    const message = `${pathText(path)} is missing`;
    report.add("missing-field", path, message, `add ${pathText(path)}`);
    return;
  }
  const word = typeof issue.input === "string" ? issue.input : undefined;
  const choices = choicesOf(issue);
  const mend = word !== undefined && choices.length > 0 ? didYouMean(word, choices) : "correct the value";
  report.add(
    ruleOf(issue, path),
    path,
    `${pathText(path) || "the document"}: ${messageOf(issue)}`,
    mendFor(last, issue) ?? mend,
  );
}

function ruleOf(issue: v.BaseIssue<unknown>, path: readonly PathStep[]): RuleId {
  const last = path.at(-1);
  if (last === "timeout") {
    if (issue.type === "max_value") return "timeout-range";
    if (issue.type === "min_value") return issue.input === 0 ? "timeout-zero" : "timeout-range";
    return "timeout-type";
  }
  if (last === "version" && path.length === 1) return "bad-version";
  if (issue.type === "picklist" && (path[0] === "stages" || path[0] === "stage")) return "unknown-stage";
  return issue.kind === "schema" && issue.type !== "picklist" && issue.type !== "union"
    ? "wrong-type"
    : "bad-value";
}

function mendFor(last: PathStep | undefined, issue: v.BaseIssue<unknown>): string | undefined {
  if (last === "timeout") return "give a whole number of seconds from 1 to 30, without quotes";
  if (last === "version") return 'write version "1.0.0", or "0.1.0" for the old form';
  if (issue.type === "string" && typeof issue.input !== "object") return "put it in quotes";
  return undefined;
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith("Invalid ")) return `${issue.message}, found ${found(issue)}`;
  const choices = choicesOf(issue);
  if (choices.length > 0) return `expected one of ${choices.join(", ")}, found ${found(issue)}`;
  const expected =
    issue.expected === "Object" ? "an object" : issue.expected === "Array" ? "a list" : issue.expected;
  return `expected ${expected ?? "another value"}, found ${found(issue)}`;
}

function choicesOf(issue: v.BaseIssue<unknown>): string[] {
  if (issue.type !== "picklist" && issue.type !== "literal") return [];
  return [...(issue.expected ?? "").matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "").filter(Boolean);
}

function found({ input }: v.BaseIssue<unknown>): string {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "an object";
  const text = typeof input === "string" ? JSON.stringify(input) : String(input);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
