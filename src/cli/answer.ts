/**
 * What a verb gives back to be printed: data for machines, a view for people, names for `-q`. Views hold plain strings;
 * the printer escapes and colours them, so no verb has to think about terminals.
 */

/** How a cell or line is meant; colours follow from it. */
export type Tone = "good" | "bad" | "warn" | "faint";

export type Cell = string | { text: string; tone: Tone };

export interface Column {
  heading: string;
  align?: "right";
  /** Cut to fit the terminal when the line is too long; at most one column. */
  flexible?: boolean;
}

export interface Table {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  /** Said on stderr in place of an empty table. */
  empty?: string;
}

/** Lines for people. */
export type Text = readonly Cell[];

export interface Item {
  data: unknown;
  row: readonly Cell[];
  name: string;
}

interface Common {
  /** 0 unless said otherwise. */
  exitCode?: number;
  /** Said on stderr after the answer, not with `-q`. */
  notes?: readonly string[];
}

/** A list or one thing, complete. */
export interface Whole extends Common {
  kind: "whole";
  data: unknown;
  view: Table | Text;
  /** For `-q`. */
  names: readonly string[];
  /** `--format json` prints one document a line, as for a stream. */
  jsonLines?: boolean;
  /** What the verb's own formats print, as data. */
  formats?: { readonly [format: string]: unknown };
}

/** Items that come one by one: JSON becomes JSON lines, a table is printed line by line. */
export interface Stream extends Common {
  kind: "stream";
  columns: readonly Column[];
  /** Columns are as wide as these, at least, since later rows are not known. */
  widths: readonly number[];
  items: AsyncIterable<Item>;
}

/** Bytes that are themselves the answer, such as a completion script: never formatted or escaped. */
export interface Raw extends Common {
  kind: "raw";
  text: string;
}

export type Answer = Whole | Stream | Raw;
