/** The text of `--help`: two examples first, then what the command takes, then what it exits with. */

import { type Command, type Flag, GLOBAL_FLAGS, type Noun, variableOf, verbOf } from "./grammar.ts";

/** The help of one command; `path` is the words that lead to it. */
export function helpOf(command: Command, path: readonly string[]): string {
  const verb = verbOf(command);
  const flags = verb?.flags ?? [];
  const sections = [
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    section(
      "Examples",
      command.examples.slice(0, 2).map(({ command: line, means }): [string, string] => [line, means]),
    ),
    `Usage:\n${usageLines(command, path)
      .map((line) => `  ${line}`)
      .join("\n")}`,
    ...(verb?.description ?? []),
    command.kind === "noun" ? section("Commands", childrenOf(command)) : "",
    section(
      "Arguments",
      (verb?.arguments ?? []).map((argument): [string, string] => [argument.name, argument.summary]),
    ),
    section(
      "Flags",
      flags.map((flag): [string, string] => [flagWords(flag), flagSummary(flag)]),
    ),
    section("Flags of every command", [
      ...GLOBAL_FLAGS.map((flag): [string, string] => [flagWords(flag), flagSummary(flag)]),
      ["-h, --help", "this text"],
    ]),
    section("Environment", environmentOf(flags, path)),
    section("Exit status", exitsOf(command)),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

/** `hookwright hook show [flags] NAME`, one line per way to call it. */
export function usageLines(command: Command, path: readonly string[]): string[] {
  const words = ["hookwright", ...path].join(" ");
  const verb = verbOf(command);
  const lines: string[] = [];
  if (verb !== undefined) {
    const args = (verb.arguments ?? []).map((argument) => {
      const name = argument.repeat ? `${argument.name}...` : argument.name;
      return argument.optional ? `[${name}]` : name;
    });
    lines.push([words, "[FLAGS]", ...args].join(" "));
  }
  if (command.kind === "noun") lines.push(`${words} COMMAND`);
  return lines;
}

/** `-o, --format FORMAT`. */
export function flagWords(flag: Flag): string {
  const long = flag.value === undefined ? `--${flag.name}` : `--${flag.name} ${flag.value}`;
  return flag.short === undefined ? long : `-${flag.short}, ${long}`;
}

/** The summary with what a value may be and whether it repeats. */
export function flagSummary(flag: Flag): string {
  const extras = [
    flag.choices && `one of ${flag.choices.join(", ")}`,
    flag.repeat && "may be repeated",
    flag.required && "required",
  ].filter(Boolean);
  return extras.length === 0 ? flag.summary : `${flag.summary} (${extras.join("; ")})`;
}

/** Exit statuses, the common ones first. */
export function exitsOf(command: Command): [string, string][] {
  const verb = verbOf(command);
  if (verb?.foreign) {
    return [
      ["0", "all went well"],
      ["1", "the work failed, or the command line is wrong"],
    ];
  }
  const own = (verb?.exits ?? []).map((line): [string, string] => [
    line.slice(0, line.indexOf(" ")),
    line.slice(line.indexOf(" ") + 1),
  ]);
  const common: [string, string][] = [
    ["0", "all went well"],
    ["1", "the work failed"],
    ["2", "the command line is wrong"],
  ];
  return [...common.filter(([status]) => !own.some(([other]) => other === status)), ...own].sort((a, b) =>
    a[0].localeCompare(b[0]),
  );
}

function environmentOf(flags: readonly Flag[], path: readonly string[]): [string, string][] {
  const [first] = flags;
  const rule: [string, string] = [
    "HOOKWRIGHT_FLAG",
    "any flag of every command, such as HOOKWRIGHT_ROOT for --root",
  ];
  if (first === undefined) return [rule];
  const name = variableOf(first, path);
  const stem = name.slice(0, name.length - first.name.length);
  return [rule, [`${stem}FLAG`, `a flag of this command, such as ${name} for --${first.name}`]];
}

function childrenOf(noun: Noun): [string, string][] {
  return noun.children
    .filter((child) => child.kind === "noun" || !child.hidden)
    .map((child): [string, string] => [child.name, child.summary]);
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([word]) => word.length));
  return `${title}:\n${rows.map(([word, means]) => `  ${word.padEnd(width)}  ${means}`).join("\n")}`;
}
