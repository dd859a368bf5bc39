/**
 * What a command of the image tools is, as data: what umoci's parser reads, `--help` explains, shells complete and the
 * manual lists. A verb is one file of this directory that exports a command, and one line in table.ts.
 */

import type { Platform } from "../../spec/image.ts";
import type { Completes, Example } from "../grammar.ts";
import type { Sink } from "../output.ts";

export interface Flag {
  /** Long name without dashes. */
  readonly name: string;
  /** Other names, such as `os` or `f`: one letter is written with one dash. */
  readonly aliases?: readonly string[];
  /** Placeholder of its value; absent means a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeat?: boolean;
  /** Without it nothing runs. */
  readonly required?: boolean;
  readonly summary: string;
  /** What holds when it is not given. */
  readonly otherwise?: string;
  /** Ours, not umoci's. */
  readonly own?: boolean;
  readonly completes?: Completes;
  readonly choices?: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly category: "image" | "layout" | "devtools";
  readonly summary: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  /** Paragraphs. */
  readonly description?: readonly string[];
  readonly examples: readonly [Example, Example, ...Example[]];
  readonly flags: readonly Flag[];
  /** Placeholders of what follows the flags, for the manual. */
  readonly positionals?: readonly { name: string; summary: string; completes?: Completes }[];
  /** Says what is wrong with the number of positionals, or with their content; throws it. Without it there may be none. */
  readonly check?: (call: Call) => void;
  /** Values may begin with a dash, so words are not moved in front of what is no flag. */
  readonly inOrder?: boolean;
  readonly hidden?: boolean;
  readonly run: (call: Call) => void | Promise<void>;
}

/** Several commands below one word. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly description?: readonly string[];
  readonly commands: readonly Command[];
}

/** The flags as they were given. */
export interface Given {
  /** Whether it was given at all, be it as `--x=false`. */
  has(name: string): boolean;
  on(name: string): boolean;
  text(name: string): string;
  list(name: string): string[];
}

/** What a command is called with. Values that a flag group stands for are checked already. */
export interface Call {
  readonly args: readonly string[];
  readonly flags: Given;
  readonly env: { readonly [name: string]: string | undefined };
  /** Of `--image`. */
  readonly image: { readonly path: string; readonly tag: string };
  /** Of `--layout`. */
  readonly layout: string;
  /** Of `--tag`, else that of `--image`. */
  readonly newTag: string;
  /** Of `--platform`. */
  readonly platform: Platform | undefined;
  /** SOURCE_DATE_EPOCH in seconds; throws a Failure when it is no number. */
  sourceDate(): number | undefined;
  readonly log: Log;
  /** Standard error, for a line of progress on a terminal. */
  readonly err: Sink;
  /** Writes to standard output. */
  print(text: string): void;
}

export type Level = "debug" | "info" | "warn" | "error" | "fatal";

export type Log = (level: Level, message: string, fields?: { readonly [name: string]: unknown }) => void;
