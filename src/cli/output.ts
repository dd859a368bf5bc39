/**
 * Prints an answer: a table or text for people, or JSON, YAML or a template for machines. Only data goes to stdout;
 * notes go to stderr. JSON keys are a promise, tables are not.
 */

import { EXIT, Failure } from "../spec/failure.ts";
import type { Answer, Item, Stream, Table, Text, Whole } from "./answer.ts";
import { paint, type TableOptions, tableLines, toneOf } from "./table.ts";
import { compileTemplate } from "./template.ts";
import { escapeQuoted, isUnsafe, visible } from "./text.ts";

/** A place to write to; `columns` is its width when it is a terminal. */
export interface Sink {
  write(text: string): void;
  readonly terminal: boolean;
  readonly columns: number | undefined;
}

export interface Style {
  /** What `--format` said: table, json, yaml or a template. */
  format: string;
  quiet: boolean;
  color: boolean;
  headings: boolean;
  full: boolean;
}

const WORDS = ["table", "json", "yaml"];

/** Refuses a `--format` that nothing can be printed with, before any work is done; `others` are the verb's own. */
export function checkFormat(format: string, others: readonly string[] = []): void {
  const words = [...WORDS, ...others];
  if (words.includes(format)) return;
  if (format.includes("{{")) {
    compileTemplate(bodyOf(format));
    return;
  }
  const known = words.join(", ");
  throw new Failure(
    "format",
    `read --format ${JSON.stringify(format)}: it is none of ${known} and no template`,
    {
      hint: "A template has braces, such as '{{.name}}'.",
      exitCode: EXIT.usage,
    },
  );
}

/** Prints the answer to stdout and its notes to stderr. */
export async function print(answer: Answer, style: Style, out: Sink, err: Sink): Promise<void> {
  if (answer.kind === "raw") out.write(answer.text);
  else if (answer.kind === "stream") await printStream(answer, style, out);
  else await printWhole(answer, style, out, err);
  if (!style.quiet) for (const note of answer.notes ?? []) err.write(`${visible(note)}\n`);
}

async function printWhole(answer: Whole, style: Style, out: Sink, err: Sink): Promise<void> {
  if (style.quiet) return writeLines(out, answer.names.map(visible));
  const own = answer.formats?.[style.format];
  if (own !== undefined) return out.write(`${toJson(own, 2)}\n`);
  if (style.format === "json" && answer.jsonLines && Array.isArray(answer.data)) {
    return writeLines(
      out,
      answer.data.map((item) => toJson(item)),
    );
  }
  if (style.format === "json") return out.write(`${toJson(answer.data, 2)}\n`);
  if (style.format === "yaml") return out.write(await toYaml(answer.data));
  if (style.format !== "table") {
    const items = Array.isArray(answer.data) ? answer.data : [answer.data];
    return writeLines(out, templateLines(style.format, items, style, out));
  }
  if (isTable(answer.view)) {
    if (answer.view.rows.length > 0) {
      return writeLines(out, tableLines(answer.view.columns, answer.view.rows, tableOptions(style, out)));
    }
    if (answer.view.empty !== undefined) err.write(`${answer.view.empty}\n`);
    return;
  }
  writeLines(out, textLines(answer.view, style.color));
}

async function printStream(answer: Stream, style: Style, out: Sink): Promise<void> {
  const line = style.quiet ? (item: Item) => visible(item.name) : await streamLine(answer, style, out);
  let first = true;
  for await (const item of answer.items) {
    if (first && !style.quiet && style.format === "table" && style.headings) {
      writeLines(out, tableLines(answer.columns, [], { ...tableOptions(style, out), widths: answer.widths }));
    }
    first = false;
    out.write(`${line(item)}\n`);
  }
}

async function streamLine(answer: Stream, style: Style, out: Sink): Promise<(item: Item) => string> {
  if (style.format === "json") return (item) => toJson(item.data);
  if (style.format === "yaml") {
    const yaml = await yamlWriter();
    return (item) => `---\n${yaml(item.data).trimEnd()}`;
  }
  if (style.format !== "table") {
    const render = compileTemplate(bodyOf(style.format));
    return (item) => (out.terminal ? visible(render(item.data)) : render(item.data));
  }
  const options = { ...tableOptions(style, out), headings: false, widths: answer.widths };
  return (item) => tableLines(answer.columns, [item.row], options)[0] ?? "";
}

/** `table {{.a}}\t{{.b}}`, as in Docker, aligns the cells under their field names; any other template is lines. */
function templateLines(format: string, items: readonly unknown[], style: Style, out: Sink): string[] {
  const body = bodyOf(format);
  const render = compileTemplate(body);
  const lines = items.map(render);
  if (body === format) return out.terminal ? lines.map(visible) : lines;
  const columns = body.split("\t").map((cell) => ({ heading: headingOf(cell) }));
  const rows = lines.map((line) => line.split("\t"));
  return tableLines(columns, rows, tableOptions(style, out));
}

function bodyOf(format: string): string {
  return format.startsWith("table ") ? format.slice("table ".length).trim().replaceAll("\\t", "\t") : format;
}

function headingOf(cell: string): string {
  const fields = [...cell.matchAll(/\.(\w+)/g)].map((match) => match[1] ?? "");
  return (fields.at(-1) ?? "").replaceAll("_", " ").toUpperCase();
}

function tableOptions(style: Style, out: Sink): TableOptions {
  const width = out.terminal && !style.full ? out.columns : undefined;
  return { headings: style.headings, color: style.color, ...(width !== undefined && { width }) };
}

function isTable(view: Table | Text): view is Table {
  return "columns" in view;
}

/** The lines of a text, escaped and coloured. */
function textLines(text: Text, color: boolean): string[] {
  return text.map((cell) => paint(visible(typeof cell === "string" ? cell : cell.text), toneOf(cell), color));
}

function writeLines(out: Sink, lines: readonly string[]): void {
  if (lines.length > 0) out.write(`${lines.join("\n")}\n`);
}

/** JSON in which control characters that a terminal would obey are escaped; it reads back the same. */
export function toJson(data: unknown, indent?: number): string {
  return escapeQuoted(JSON.stringify(data ?? null, null, indent));
}

/** One YAML document. */
export async function toYaml(data: unknown): Promise<string> {
  return (await yamlWriter())(data);
}

async function yamlWriter(): Promise<(data: unknown) => string> {
  const { Document, isScalar, visit } = await import("yaml");
  return (data) => {
    const document = new Document(JSON.parse(JSON.stringify(data ?? null)), { aliasDuplicateObjects: false });
    visit(document, {
      Scalar(_, node) {
        if (isScalar(node) && typeof node.value === "string" && isUnsafe(node.value))
          node.type = "QUOTE_DOUBLE";
      },
    });
    return escapeQuoted(document.toString({ lineWidth: 0 }));
  };
}
