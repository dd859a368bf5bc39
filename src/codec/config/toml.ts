/**
 * TOML: a value goes where its table is written, as one more line, as a dotted key, or inside braces; a table that is not
 * there yet goes to the end of the file.
 */

import { type AST, getStaticTOMLValue } from "toml-eslint-parser";
import { Failure } from "../../spec/failure.ts";
import {
  type Changed,
  type Data,
  type Format,
  indentAt,
  lineEnd,
  lineStart,
  type Mark,
  mayCut,
  newlineOf,
  type Path,
  spliced,
  undoVerbatim,
  type Value,
} from "./mark.ts";
import { type Entry, isBelow, isPath, type Places, placesOf, type Table } from "./toml-places.ts";
import { isTable, keyText, pathText, tableLines, valueText } from "./toml-text.ts";

interface Cut {
  readonly text: string;
  readonly mark: Mark;
}

export const toml: Format = {
  data(text, file) {
    return getStaticTOMLValue(placesOf(text, file).ast) as Data;
  },

  set(text, path, value, file) {
    const places = placesOf(text, file);
    const there = places.entries.find((entry) => isPath(entry.path, path));
    if (there !== undefined) return one(replaced(text, there, value));
    const home = homeOf(places, path);
    if (
      home !== undefined &&
      !(isTable(value) && home.kind === "table" && home.path.length === path.length - 1)
    ) {
      return one(
        home.kind === "inline" ? inBraces(text, home, path, value) : asLine(text, home, path, value),
      );
    }
    if (isTable(value)) return one(appended(text, path, tableLines(path, value), value));
    if (path.length === 1) return one(onTop(text, places, path, value));
    const header = appended(text, path.slice(0, -1), [`[${pathText(path.slice(0, -1))}]`]);
    const rest = toml.set(header.text, path, value, file);
    return { text: rest.text, marks: [header.mark, ...rest.marks] };
  },

  undo(text, mark, file) {
    const places = placesOf(text, file);
    if (mark.element !== undefined) return undoElement(text, mark, places);
    if (mark.container === true) return withoutHeader(text, mark, places);
    const found: (Table | Entry)[] = [
      ...places.tables.filter(({ kind, path }) => kind === "table" && isBelow(path, mark.path)),
      ...places.entries.filter(
        ({ path, table }) => isBelow(path, mark.path) && !isBelow(table.path, mark.path),
      ),
    ].sort((a, b) => a.start - b.start);
    const [first, last] = [found[0], found.at(-1)];
    if (first === undefined || last === undefined) return text;
    const value = "value" in first ? first.value.range[0] : first.start;
    const verbatim = undoVerbatim(text, mark, { start: first.start, value, end: last.end });
    if (verbatim !== undefined) return separated(verbatim, mark, first.start - mark.lead);
    const now = valueAt(getStaticTOMLValue(places.ast), mark.path);
    return mayCut(mark, now) ? found.reverse().reduce(withoutNode, text) : text;
  },
};

/** Adds an element to a list that is there. @throws Failure `config_shape` where there is none. */
export function addToList(text: string, path: Path, element: string, file: string): Changed {
  const list = placesOf(text, file).entries.find((entry) => isPath(entry.path, path))?.value;
  if (list?.type !== "TOMLArray") {
    throw new Failure("config_shape", `change ${file}: ${pathText(path)} is no list`, {
      hint: "correct the file first; the engine could not read it either",
    });
  }
  const last = list.elements.at(-1);
  const at = last === undefined ? list.range[0] + 1 : last.range[1];
  const indent = last === undefined ? "" : indentAt(text, last.range[0]);
  const ownLine = last !== undefined && lineStart(text, last.range[0]) + indent.length === last.range[0];
  const lead = last === undefined ? "" : ownLine ? `,${newlineOf(text)}${indent}` : ", ";
  const insert = lead + valueText(element);
  const mark = { path, element, insert, lead: lead.length, removed: "" };
  return { text: spliced(text, at, at, insert), marks: [mark] };
}

function one({ text, mark }: Cut): Changed {
  return { text, marks: [mark] };
}

/**
 * The table that `path` must be written in: one in braces on its way, the one whose dotted keys make its way, or the one
 * that it is directly in. Undefined when a new `[table]` may be begun.
 */
function homeOf({ tables, entries }: Places, path: Path): Table | undefined {
  const above = (other: Path) => other.length < path.length && isBelow(path, other);
  const inline = tables.filter((table) => table.kind === "inline" && above(table.path)).at(-1);
  if (inline !== undefined) return inline;
  for (let depth = path.length - 1; depth > 0; depth--) {
    const way = path.slice(0, depth);
    const table = tables.find((one) => one.kind === "table" && isPath(one.path, way));
    if (table !== undefined) return depth === path.length - 1 ? table : undefined;
    const dotted = entries.find(
      (entry) => entry.path.length > depth && isBelow(entry.path, way) && entry.table.path.length < depth,
    );
    if (dotted !== undefined) return dotted.table;
  }
  return undefined;
}

function replaced(text: string, { path, value: { range } }: Entry, value: Value): Cut {
  const insert = valueText(value);
  const mark = { path, value, insert, lead: 0, removed: text.slice(range[0], range[1]) };
  return { text: spliced(text, range[0], range[1], insert), mark };
}

/** One more line behind the last one of a table. */
function asLine(text: string, table: Table, path: Path, value: Value): Cut {
  const last = table.entries.at(-1);
  const at = lineEnd(text, last?.end ?? table.start);
  const indent = last === undefined ? `${indentAt(text, table.start)}  ` : indentAt(text, last.start);
  const lead = newlineOf(text) + indent;
  const insert = `${lead}${pathText(path.slice(table.path.length))} = ${valueText(value)}`;
  return {
    text: spliced(text, at, at, insert),
    mark: { path, value, insert, lead: lead.length, removed: "" },
  };
}

function inBraces(text: string, table: Table, path: Path, value: Value): Cut {
  const last = table.entries.at(-1);
  const lead = last === undefined ? " " : ", ";
  const body = `${path.slice(table.path.length).map(keyText).join(".")} = ${valueText(value)}`;
  const insert = lead + body + (last === undefined ? " " : "");
  const at = last?.end ?? table.start + 1;
  return {
    text: spliced(text, at, at, insert),
    mark: { path, value, insert, lead: lead.length, removed: "" },
  };
}

/** A key of the file itself, which has to stand before the first table: behind the others, else on the first line. */
function onTop(text: string, { tables: [top] }: Places, path: Path, value: Value): Cut {
  if (top !== undefined && top.entries.length > 0) return asLine(text, top, path, value);
  const insert = `${pathText(path)} = ${valueText(value)}${newlineOf(text)}`;
  return { text: insert + text, mark: { path, value, insert, lead: 0, removed: "" } };
}

/** A table at the end; without a value it is there for what comes into it. */
function appended(text: string, path: Path, lines: readonly string[], value?: Value): Cut {
  const newline = newlineOf(text);
  const lead = text === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
  const insert = lead + lines.join(newline) + newline;
  const kind = value === undefined ? { container: true as const } : { value };
  return { text: text + insert, mark: { path, ...kind, insert, lead: lead.length, removed: "" } };
}

/** Without a table's header, when there is nothing but tables of its own below it. */
function withoutHeader(text: string, mark: Mark, { tables }: Places): string {
  const table = tables.find(({ kind, path }) => kind === "table" && isPath(path, mark.path));
  if (table === undefined || table.entries.length > 0) return text;
  const left = undoVerbatim(text, mark, { ...table, value: table.start });
  return left === undefined ? withoutNode(text, table) : separated(left, mark, table.start - mark.lead);
}

/** With the line break at `at` that ended a line before what was cut out, when others have written behind that meanwhile. */
function separated(text: string, { insert }: Mark, at: number): string {
  const broken = /^\r?\n/;
  if (!broken.test(insert) || at === 0 || at >= text.length) return text;
  if (text[at - 1] === "\n" || broken.test(text.slice(at, at + 2))) return text;
  return spliced(text, at, at, newlineOf(text));
}

/** Cuts a table or an entry: its lines, or its share of a pair of braces. */
function withoutNode(text: string, node: Table | Entry): string {
  if ("table" in node && node.table.kind === "inline") {
    const at = node.table.entries.indexOf(node);
    const [before, after] = [node.table.entries[at - 1], node.table.entries[at + 1]];
    if (before !== undefined) return spliced(text, before.end, node.end, "");
    return spliced(text, node.start, after?.start ?? node.end, "");
  }
  const end = lineEnd(text, node.end);
  const broken = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length);
  return spliced(text, lineStart(text, node.start), broken, "");
}

function undoElement(text: string, mark: Mark, { entries }: Places): string {
  const list = entries.find((entry) => isPath(entry.path, mark.path))?.value;
  if (list?.type !== "TOMLArray") return text;
  const at = list.elements.findIndex((node) => textOf(node) === mark.element);
  const [before, node, after] = [list.elements[at - 1], list.elements[at], list.elements[at + 1]];
  if (node === undefined) return text;
  const [start, end] = node.range;
  // What was put into an empty list has no comma.
  const loose = mark.lead > 0 || list.elements.length === 1;
  const verbatim = loose ? undoVerbatim(text, mark, { start, value: start, end }) : undefined;
  if (verbatim !== undefined) return verbatim;
  if (before !== undefined) return spliced(text, before.range[1], end, "");
  return spliced(text, start, after?.range[0] ?? end, "");
}

function textOf(node: AST.TOMLContentNode): unknown {
  return node.type === "TOMLValue" ? node.value : undefined;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Data | undefined)?.[key], data);
}
