/** The help of the image commands, laid out as the scripts and eyes of umoci's users know it. */

import { VERSION } from "../version.ts";
import type { Command, Flag, Group } from "./grammar.ts";
import { GLOBAL_FLAGS, TREE } from "./table.ts";
import { HELP, namesOf } from "./words.ts";

/** The release of umoci whose command line this is. */
const UMOCI = "0.6.0";

export function versionText(): string {
  return `umoci version ${UMOCI} (hookwright ${VERSION})\nimage spec: 1.1.1\nruntime spec: 1.2.1\n`;
}

/** The help of everything. */
export function topHelp(): string {
  return sections([
    ["NAME", ["umoci - umoci modifies Open Container images"]],
    ["USAGE", ["umoci [global options] command [command options] [arguments...]"]],
    ["VERSION", [`${UMOCI} (hookwright ${VERSION})`]],
    ["COMMANDS", listing(TREE)],
    ["GLOBAL OPTIONS", options([...GLOBAL_FLAGS, HELP, VERSION_FLAG])],
  ]);
}

/** The help of the commands below one word. */
export function groupHelp(group: Group): string {
  const { name, summary, usage, description, commands } = group;
  return sections([
    ["NAME", [`umoci ${name} - ${summary}`]],
    ["USAGE", [`umoci ${name} command [command options] ${usage}`, ...paragraphs(description)]],
    ["COMMANDS", listing(commands)],
    ["OPTIONS", options([HELP])],
  ]);
}

/** The help of one command; `path` is what stands before its name. */
export function commandHelp(command: Command, path: readonly string[]): string {
  const name = ["umoci", ...path, command.name].join(" ");
  return sections([
    ["NAME", [`${name} - ${command.summary}`]],
    ["USAGE", [`${name} [command options] ${command.usage}`, ...paragraphs(command.description)]],
    ["CATEGORY", [command.category]],
    ["OPTIONS", options(command.flags)],
  ]);
}

const VERSION_FLAG: Flag = { name: "version", aliases: ["v"], summary: "print the version" };

/** Commands under their categories. */
function listing(commands: readonly (Command | Group)[]): string[] {
  const shown = commands.filter((one) => !("hidden" in one && one.hidden));
  const lines: string[] = [];
  for (const category of [undefined, "image", "layout", "devtools"]) {
    const own = shown.filter((one) => ("category" in one ? one.category : undefined) === category);
    if (own.length === 0) continue;
    const rows = own.map((one): [string, string] => [
      [one.name, ...("aliases" in one ? (one.aliases ?? []) : [])].join(", "),
      one.summary,
    ]);
    if (category === undefined) lines.push(...aligned(rows));
    else lines.push("", `${category}:`, ...aligned(rows).map((line) => `  ${line}`));
  }
  return lines;
}

function options(flags: readonly Flag[]): string[] {
  return aligned(
    flags.map((flag): [string, string] => {
      const names = namesOf(flag).map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
      const words = flag.value === undefined ? names : names.map((name) => `${name} ${flag.value}`);
      const otherwise = flag.otherwise === undefined ? "" : ` (default: ${JSON.stringify(flag.otherwise)})`;
      return [words.join(", "), `${flag.summary}${otherwise}`];
    }),
  );
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([word]) => word.length));
  return rows.map(([word, means]) => `${word.padEnd(width)}  ${means}`);
}

function paragraphs(texts: readonly string[] = []): string[] {
  return texts.flatMap((text) => ["", text]);
}

function sections(all: readonly (readonly [string, readonly string[]])[]): string {
  const texts = all.map(([title, lines]) => {
    const body = lines.map((line) => (line === "" ? "" : `   ${line}`));
    return `${title}:\n${body.join("\n")}\n`;
  });
  return texts.join("\n");
}
