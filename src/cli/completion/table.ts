/** What a shell has to know to complete, drawn from the grammar: one row per path of words. */

import { type Command, type Completes, type Flag, GLOBAL_FLAGS, verbOf, walk } from "../grammar.ts";

/** How a value is completed: from fixed words, by the shell, or by asking `hookwright __complete KIND`. */
export type Source =
  | { words: readonly string[] }
  | { ask: Completes }
  | { files: "file" | "directory" }
  | undefined;

export interface Row {
  /** "" for the top, else the words, such as "hook show". */
  path: string;
  children: { name: string; summary: string }[];
  flags: { words: string[]; summary: string; takesValue: boolean; source: Source }[];
  argument: Source;
}

export function completionTable(tree: Command): Row[] {
  return [...walk(tree)].map(({ path, command }) => {
    const verb = verbOf(command);
    const [argument] = verb?.arguments ?? [];
    return {
      path: path.join(" "),
      children:
        command.kind === "noun"
          ? command.children
              .filter((child) => child.kind === "noun" || !child.hidden)
              .map(({ name, summary }) => ({ name, summary }))
          : [],
      flags: [...(verb?.flags ?? []), ...GLOBAL_FLAGS].map((flag) => ({
        words: wordsOf(flag),
        summary: flag.summary,
        takesValue: flag.value !== undefined,
        source: sourceOf(flag),
      })),
      argument: argument && sourceOf(argument),
    };
  });
}

function wordsOf(flag: Flag): string[] {
  return flag.short === undefined ? [`--${flag.name}`] : [`--${flag.name}`, `-${flag.short}`];
}

function sourceOf(value: { choices?: readonly string[]; completes?: Completes }): Source {
  if (value.choices !== undefined) return { words: value.choices };
  if (value.completes === undefined) return undefined;
  const { completes } = value;
  return completes === "file" || completes === "directory" ? { files: completes } : { ask: completes };
}

/** Every word of a flag that takes a value, wherever it stands: the shell skips the word after it. */
export function valueFlags(rows: readonly Row[]): string[] {
  const words = rows.flatMap((row) =>
    row.flags.filter((flag) => flag.takesValue).flatMap((flag) => flag.words),
  );
  return [...new Set(words)].sort();
}

/** Quotes for a POSIX shell; fish reads the same. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
