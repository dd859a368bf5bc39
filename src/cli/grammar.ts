/**
 * The grammar of the command line as data: nouns, verbs, flags and arguments. One description is parsed, explained in
 * `--help`, completed by shells and turned into man pages and `docs/commands.md`, so none of them can disagree.
 */

import type { Roots } from "../spec/roots.ts";
import type { Answer } from "./answer.ts";

/** What a shell may offer for a value; `file` and `directory` are the shell's own business. */
export type Completes = "file" | "directory" | "hook" | "container" | "run" | "stage";

interface Value {
  /** Allowed words; another one is a usage error. */
  choices?: readonly string[];
  completes?: Completes;
}

export interface Flag extends Value {
  /** Long name without dashes. */
  name: string;
  /** Letter without its dash. */
  short?: string;
  /** Placeholder of its value; absent means a switch. */
  value?: string;
  summary: string;
  /** May be given several times. */
  repeat?: boolean;
  /** Without it the verb is a usage error. */
  required?: boolean;
  /** Environment variable, when it is not the one of the rule. */
  variable?: string;
}

export interface Argument extends Value {
  name: string;
  summary: string;
  optional?: boolean;
  /** Takes all that follow. */
  repeat?: boolean;
}

export interface Example {
  command: string;
  means: string;
}

/** What a verb is called with. */
export interface Call {
  roots: Roots;
  args: readonly string[];
  flags: Flags;
  env: { readonly [name: string]: string | undefined };
  cwd: string;
  /** `--no-trunc`: identifiers and messages in full. */
  full: boolean;
  /** Aborted by the first interrupt; a verb that follows something ends then. */
  stop: AbortSignal;
  /** Says a line on stderr at once, for work that takes long. */
  say(line: string): void;
  /** Whether a person is at stderr. */
  watched: boolean;
}

/** The flags of a call, by long name. */
export interface Flags {
  on(name: string): boolean;
  text(name: string): string | undefined;
  list(name: string): string[];
}

export interface Verb {
  kind: "verb";
  name: string;
  summary: string;
  /** Paragraphs after the summary. */
  description?: readonly string[];
  /** The first two open the help. */
  examples: readonly [Example, Example, ...Example[]];
  arguments?: readonly Argument[];
  flags?: readonly Flag[];
  /** Exit statuses that mean something else than usual: `1 the plan is different`. */
  exits?: readonly string[];
  /** Exit status of a failure, when 1 means something else. */
  failureExit?: number;
  /** What `--format` takes besides the usual. */
  formats?: readonly string[];
  /** Whether it makes system calls of its own (src/linux), which have to be bound first. */
  kernel?: boolean;
  /** Parsed elsewhere, as another program's command line is: no environment variables, no flags of every command. */
  foreign?: boolean;
  /** Left out of help, completion and manual. */
  hidden?: boolean;
  run(call: Call): Promise<Answer>;
}

export interface Noun {
  kind: "noun";
  name: string;
  summary: string;
  examples: readonly [Example, Example, ...Example[]];
  /** A verb's own name within the noun, or a noun again. */
  children: readonly (Verb | Noun)[];
  /** What the bare noun does, for `events`. */
  bare?: Verb;
}

export type Command = Verb | Noun;

/** Flags that every verb has, accepted before and after it. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: "root", value: "DIR", completes: "directory", summary: "keep everything below DIR instead of /" },
  {
    name: "format",
    value: "FORMAT",
    summary: "table, json, yaml, or a template such as '{{.name}}'",
  },
  { name: "quiet", short: "q", summary: "print only names, one a line" },
  { name: "no-color", summary: "no colours; also when NO_COLOR is set or the output is not a terminal" },
  { name: "no-trunc", summary: "identifiers and messages in full" },
  { name: "no-headings", summary: "tables without their first line" },
  { name: "debug", short: "D", summary: "say on stderr what caused a failure" },
];

/** Name of the environment variable that stands for a flag: HOOKWRIGHT_, the verb's path, the flag. */
export function variableOf(flag: Flag, path: readonly string[]): string {
  if (flag.variable !== undefined) return flag.variable;
  const words = GLOBAL_FLAGS.includes(flag) ? [flag.name] : [...path, flag.name];
  return `HOOKWRIGHT_${words.join("_").replaceAll("-", "_").toUpperCase()}`;
}

/** A verb with the words that lead to it. */
export interface Located {
  path: readonly string[];
  command: Command;
}

/** The command and everything below it, depth first, in the order of the tree; hidden verbs are left out. */
export function* walk(command: Command, path: readonly string[] = []): Generator<Located> {
  if (command.kind === "verb" && command.hidden) return;
  yield { path, command };
  if (command.kind === "noun") {
    for (const child of command.children) yield* walk(child, [...path, child.name]);
  }
}

/** The verb that a command runs when nothing more is said; undefined for a noun that needs a verb. */
export function verbOf(command: Command): Verb | undefined {
  return command.kind === "verb" ? command : command.bare;
}
