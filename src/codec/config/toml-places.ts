/** Where the keys of a TOML text stand: each with its whole path, the table that it is written in, and its extent. */

import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { Failure } from "../../spec/failure.ts";
import type { Path } from "./mark.ts";

export interface Table {
  readonly kind: "top" | "table" | "inline";
  readonly path: Path;
  readonly start: number;
  readonly end: number;
  readonly entries: readonly Entry[];
}

/** `key = value`; the path is that of the last of its dotted keys. */
export interface Entry {
  readonly path: Path;
  readonly table: Table;
  readonly start: number;
  readonly end: number;
  readonly value: AST.TOMLContentNode;
}

export interface Places {
  readonly ast: AST.TOMLProgram;
  /** The top of the file first, then each `[table]`, then inline ones, in the order of the text. */
  readonly tables: readonly Table[];
  readonly entries: readonly Entry[];
}

/** Reads the text. @throws Failure `config_syntax` */
export function placesOf(text: string, file: string): Places {
  const ast = parsed(text, file);
  const [top] = ast.body;
  const tables: Table[] = [];
  const inlines: Table[] = [];
  const entries: Entry[] = [];

  function tableOf(
    kind: Table["kind"],
    path: Path,
    node: AST.TOMLNode,
    body: readonly AST.TOMLKeyValue[],
  ): Table {
    const own: Entry[] = [];
    const table = { kind, path, start: node.range[0], end: node.range[1], entries: own };
    for (const pair of body) own.push(entryOf(pair, table));
    return table;
  }

  function entryOf(pair: AST.TOMLKeyValue, table: Table): Entry {
    const keys = pair.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
    const path = [...table.path, ...keys];
    const entry = { path, table, start: pair.range[0], end: pair.range[1], value: pair.value };
    entries.push(entry);
    if (pair.value.type === "TOMLInlineTable")
      inlines.push(tableOf("inline", path, pair.value, pair.value.body));
    return entry;
  }

  const loose = top.body.filter((node) => node.type === "TOMLKeyValue");
  tables.push(tableOf("top", [], top, loose));
  for (const node of top.body) {
    if (node.type === "TOMLTable")
      tables.push(tableOf("table", node.resolvedKey.map(String), node, node.body));
  }
  return { ast, tables: [...tables, ...inlines], entries };
}

function parsed(text: string, file: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { lineNumber, column, message } = error;
    throw new Failure("config_syntax", `read ${file}:${lineNumber}:${column + 1}: ${message}`, {
      hint: "correct the file first; the engine could not read it either",
      cause: error,
    });
  }
}

export function isPath(path: Path, other: Path): boolean {
  return path.length === other.length && isBelow(path, other);
}

/** Whether `path` is `above` or lies below it. */
export function isBelow(path: Path, above: Path): boolean {
  return above.every((key, at) => path[at] === key);
}
