/** Borderless tables: UPPER-CASE headings, columns two spaces apart, nothing after the last word of a line. */

import type { Cell, Column, Tone } from "./answer.ts";
import { visibleLine } from "./text.ts";

const GAP = "  ";
/** A flexible column is never cut below this, even on a narrow terminal. */
const NARROWEST = 12;

export interface TableOptions {
  headings: boolean;
  color: boolean;
  /** Columns of the terminal; absent means that lines may be as long as they are. */
  width?: number;
  /** Least width of each column, for rows that come later. */
  widths?: readonly number[];
}

/** The lines of a table, headings first. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string[] {
  const headings: Cell[] = columns.map((column) => column.heading);
  const shown = options.headings ? [headings, ...rows] : rows;
  const texts = shown.map((row) => columns.map((_, index) => textOf(row[index])));
  const widths = columns.map((_, index) =>
    Math.max(options.widths?.[index] ?? 0, ...texts.map((row) => widthOf(row[index] ?? ""))),
  );
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible >= 0 && options.width !== undefined) {
    const others = widths.reduce((sum, width, index) => (index === flexible ? sum : sum + width), 0);
    const room = options.width - others - GAP.length * (columns.length - 1);
    widths[flexible] = Math.min(widths[flexible] ?? 0, Math.max(room, NARROWEST));
  }
  return shown.map((row) => {
    const cells = columns.map((column, index) => {
      const width = widths[index] ?? 0;
      const text = cut(textOf(row[index]), width);
      const space = " ".repeat(Math.max(0, width - widthOf(text)));
      const painted = paint(text, toneOf(row[index]), options.color);
      return column.align === "right" ? space + painted : painted + space;
    });
    return cells.join(GAP).trimEnd();
  });
}

const COLORS: { [T in Tone]: string } = { good: "32", bad: "31", warn: "33", faint: "2" };

/** Puts a tone's colour around a text; an empty text stays empty. */
export function paint(text: string, tone: Tone | undefined, color: boolean): string {
  return color && tone !== undefined && text !== "" ? `\u001b[${COLORS[tone]}m${text}\u001b[0m` : text;
}

export function toneOf(cell: Cell | undefined): Tone | undefined {
  return typeof cell === "object" ? cell.tone : undefined;
}

function textOf(cell: Cell | undefined): string {
  return visibleLine(typeof cell === "object" ? cell.text : (cell ?? ""));
}

function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (widthOf(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}
