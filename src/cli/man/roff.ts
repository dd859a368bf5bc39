/**
 * Markdown to man(7). Only what our own pages use: headings, paragraphs, fenced code, lists, tables, `code`, **bold**,
 * links. The text is ours, so anything else is a mistake of ours and shows up as it stands.
 */

export interface Heading {
  /** Such as hookwright-hook-check. */
  name: string;
  section: number;
  /** One line after the name. */
  summary: string;
  version: string;
}

/** A man page: its heading, NAME, and the Markdown below. Same input, same bytes: there is no date. */
export function manPage({ name, section, summary, version }: Heading, markdown: string): string {
  return [
    `.TH ${name.toUpperCase()} ${section} "" "hookwright ${version}" "Hookwright"`,
    ".SH NAME",
    `${roffed(name)} \\- ${roffed(summary)}`,
    ...blocksOf(markdown).flatMap(renderBlock),
    "",
  ].join("\n");
}

/** Blocks of Markdown: what stands between empty lines, fenced code in one piece. */
function blocksOf(markdown: string): string[][] {
  const blocks: string[][] = [[]];
  let fenced = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    if (line === "" && !fenced) blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

function renderBlock(block: string[]): string[] {
  const [first = ""] = block;
  const heading = /^(#+) (.*)$/.exec(first);
  if (heading) {
    const [, marks = "", title = ""] = heading;
    if (marks.length === 1) return [];
    const macro = marks.length === 2 ? ".SH" : ".SS";
    return [
      `${macro} ${inline(marks.length === 2 ? title.toUpperCase() : title)}`,
      ...renderBlock(block.slice(1)),
    ];
  }
  if (first.startsWith("```"))
    return [".PP", ".RS 4", ".nf", ...block.slice(1, -1).map(codeLine), ".fi", ".RE"];
  if (first.startsWith("|")) return tableOf(block);
  if (/^(-|\d+\.) /.test(first)) return itemsOf(block);
  return block.length === 0 ? [] : [".PP", ...block.map(textLine)];
}

/** `- term: meaning` is a tagged paragraph when the term is code; other items have a bullet or their number. */
function itemsOf(lines: string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (/^(-|\d+\.) /.test(line)) items.push(line);
    else items.push(`${items.pop() ?? ""} ${line.trim()}`);
  }
  return items.flatMap((item) => {
    const tagged = /^- ((?:`[^`]*`|\d+))(?:: (.*))$/.exec(item);
    if (tagged) return [".TP", inline(tagged[1] ?? ""), textLine(tagged[2] ?? "")];
    const mark = item.startsWith("- ") ? "\\(bu" : item.slice(0, item.indexOf(" "));
    return [`.IP "${mark}" 4`, textLine(item.slice(item.indexOf(" ") + 1))];
  });
}

/** A table reads better as tagged paragraphs on eighty columns: the first cell is the tag. */
function tableOf(lines: string[]): string[] {
  const [, , ...rows] = lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.flatMap(([tag = "", ...rest]) => [
    ".TP",
    inline(tag),
    textLine(
      rest
        .filter((cell) => cell !== "")
        .join(". ")
        .replaceAll("\\|", "|"),
    ),
  ]);
}

function textLine(line: string): string {
  const text = inline(line);
  return text.startsWith(".") || text.startsWith("'") ? `\\&${text}` : text;
}

function codeLine(line: string): string {
  const text = roffed(line);
  return text.startsWith(".") || text.startsWith("'") ? `\\&${text}` : text;
}

function inline(text: string): string {
  return text
    .split(/(`[^`]*`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/)
    .map((part) => {
      if (part.startsWith("`") && part.length > 1) return `\\fB${roffed(part.slice(1, -1))}\\fR`;
      if (part.startsWith("**")) return `\\fB${roffed(part.slice(2, -2))}\\fR`;
      const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
      return roffed(link ? (link[1] ?? "") : part);
    })
    .join("");
}

function roffed(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...").replaceAll("→", "\\(->");
}
