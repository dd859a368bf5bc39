/** TOML as we write it: what is put into a file of somebody else, in the form that people write there. */

import type { Path, Value } from "./mark.ts";

export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

export function pathText(path: Path): string {
  return path.map(keyText).join(".");
}

/** A value on one line; what JSON calls an object becomes an inline table. */
export function valueText(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(valueText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, one]) => `${keyText(key)} = ${valueText(one)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** The lines of a table and of those in it: `[path]`, its values, then its tables, each two spaces further in. */
export function tableLines(path: Path, value: { readonly [key: string]: Value }, indent = ""): string[] {
  const inner = `${indent}  `;
  const lines = [`${indent}[${pathText(path)}]`];
  const tables: string[] = [];
  for (const [key, one] of Object.entries(value)) {
    if (isTable(one)) tables.push(...tableLines([...path, key], one, inner));
    else lines.push(`${inner}${keyText(key)} = ${valueText(one)}`);
  }
  return [...lines, ...tables];
}

export function isTable(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && !isList(value);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
