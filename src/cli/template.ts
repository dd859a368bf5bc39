/**
 * The part of Go's text/template that people type after `--format`: fields, pipes, a few functions, if and range. A
 * field is found by its JSON key, or without regard to case when only one key fits, so `.Name` works as in Docker.
 */

import { Failure } from "../spec/failure.ts";
import { type Expression, type Node, parseTemplate } from "./template-parse.ts";

interface Scope {
  dot: unknown;
  root: unknown;
}

/** What Go prints where a field is missing. */
const NO_VALUE = "<no value>";

const FUNCTIONS: { [name: string]: (...args: unknown[]) => unknown } = {
  json: (value) => JSON.stringify(value ?? null),
  join: (list, separator) => (Array.isArray(list) ? list.map(show).join(show(separator ?? "")) : show(list)),
  upper: (value) => show(value).toUpperCase(),
  lower: (value) => show(value).toLowerCase(),
  len: (value) => (typeof value === "string" || Array.isArray(value) ? value.length : keysOf(value).length),
  index: (value, ...keys) => keys.reduce(at, value),
  eq: (left, ...rights) => rights.some((right) => left === right),
  ne: (left, right) => left !== right,
  not: (value) => !holds(value),
  and: (...values) => values.find((value) => !holds(value)) ?? values.at(-1),
  or: (...values) => values.find(holds) ?? values.at(-1),
};

/** Compiles a template; the result renders one value. A mistake in the template is a usage failure. */
export function compileTemplate(source: string): (data: unknown) => string {
  const nodes = parseTemplate(source, new Set(Object.keys(FUNCTIONS)));
  return (data) => render(nodes, { dot: data, root: data });
}

function render(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => renderNode(node, scope)).join("");
}

function renderNode(node: Node, scope: Scope): string {
  if (node.kind === "text") return node.text;
  const value = evaluate(node.value, scope);
  if (node.kind === "print") return show(value);
  if (node.kind === "if") return render(holds(value) ? node.body : node.otherwise, scope);
  const items = Array.isArray(value) ? value : keysOf(value).map((key) => at(value, key));
  if (items.length === 0) return render(node.otherwise, scope);
  return items.map((dot) => render(node.body, { ...scope, dot })).join("");
}

function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "field":
      return expression.path.reduce<unknown>(at, expression.from === "$" ? scope.root : scope.dot);
    case "call": {
      const call = FUNCTIONS[expression.name];
      const args = expression.args.map((arg) => evaluate(arg, scope));
      if (call === undefined)
        throw new Failure("template", `format: there is no function "${expression.name}"`);
      return call(...args);
    }
  }
}

function at(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? value[key] : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const name = show(key);
  const entries = Object.entries(value);
  const exact = entries.find(([own]) => own === name);
  if (exact) return exact[1];
  const folded = entries.filter(([own]) => own.toLowerCase() === name.toLowerCase());
  return folded.length === 1 ? folded[0]?.[1] : undefined;
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

/** Go's truth: false, 0, empty and nothing are false. */
function holds(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return keysOf(value).length > 0;
  return Boolean(value);
}

function show(value: unknown): string {
  if (value === undefined || value === null) return NO_VALUE;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
