/**
 * Reads the words after a command as Go's flag package does, with the two customs of the library that umoci puts on top:
 * flags may follow what is no flag, and two names of one flag may not be mixed. The messages are theirs, because scripts
 * know them.
 */

import { goQuote } from "../../codec/go-quote.ts";
import { Failure } from "../../spec/failure.ts";
import type { Flag, Given } from "./grammar.ts";

export interface Words {
  readonly given: Given;
  readonly args: readonly string[];
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** What every command takes besides its own flags. */
export const HELP: Flag = { name: "help", aliases: ["h"], summary: "show this text" };

/** Splits words into flags and the rest. Throws `Failure` `usage`, whose message is Go's. */
export function readWords(flags: readonly Flag[], words: readonly string[], inOrder: boolean): Words {
  const rest = [...(inOrder ? words : reorder(flags, words))];
  const values = new Map<string, string[]>();
  for (let word = rest[0]; word !== undefined && word.length > 1 && word.startsWith("-"); word = rest[0]) {
    rest.shift();
    if (word === "--") break;
    const [name, attached] = split(word);
    if (flagOf(flags, name) === undefined) throw wrong(`flag provided but not defined: -${name}`);
    const value = valueFor(flags, name, attached, rest);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { given: givenOf(flags, values), args: rest };
}

function split(word: string): [name: string, attached: string | undefined] {
  const text = word.slice(word.startsWith("--") ? 2 : 1);
  if (text === "" || text.startsWith("-") || text.startsWith("=")) throw wrong(`bad flag syntax: ${word}`);
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function valueFor(
  flags: readonly Flag[],
  name: string,
  attached: string | undefined,
  rest: string[],
): string {
  if (flagOf(flags, name)?.value === undefined) {
    if (attached === undefined || TRUE.has(attached)) return "true";
    if (FALSE.has(attached)) return "false";
    throw wrong(`invalid boolean value ${goQuote(attached)} for -${name}: parse error`);
  }
  const value = attached ?? rest.shift();
  if (value === undefined) throw wrong(`flag needs an argument: -${name}`);
  return value;
}

/** Values by the name that was used become values by the flag's own name. */
function givenOf(flags: readonly Flag[], values: ReadonlyMap<string, string[]>): Given {
  const own = new Map<string, string[]>();
  for (const flag of flags) {
    const used = namesOf(flag).filter((name) => values.has(name));
    const [first, second] = used;
    if (second !== undefined) throw wrong(`Cannot use two forms of the same flag: ${second} ${first}`);
    if (first !== undefined) own.set(flag.name, values.get(first) ?? []);
  }
  const otherwise = (name: string) => flags.find((flag) => flag.name === name)?.otherwise ?? "";
  return {
    has: (name) => own.has(name),
    on: (name) => own.get(name)?.at(-1) === "true",
    text: (name) => own.get(name)?.at(-1) ?? otherwise(name),
    list: (name) => withoutEmpty(own.get(name) ?? []),
  };
}

/** Empty values of a list count only when there is no other. */
function withoutEmpty(values: string[]): string[] {
  const filled = values.filter((value) => value !== "");
  return filled.length === 0 ? values.slice(0, 1) : filled;
}

/** Flags and the words after them move to the front; after `--` everything stays. */
function reorder(flags: readonly Flag[], words: readonly string[]): string[] {
  const front: string[] = [];
  const back: string[] = [];
  let mayBeValue = false;
  for (const [at, word] of words.entries()) {
    if (word === "--") {
      back.push(...words.slice(at));
      break;
    }
    if (looksLikeFlag(flags, word)) {
      front.push(word);
      mayBeValue = !word.includes("=");
    } else if (mayBeValue) {
      front.push(word);
      mayBeValue = false;
    } else back.push(word);
  }
  return [...front, ...back];
}

function looksLikeFlag(flags: readonly Flag[], word: string): boolean {
  if (word === "-" || !word.startsWith("-")) return false;
  const [name = ""] = word.replace(/^--?/, "").split("=", 1);
  return flagOf(flags, name) !== undefined;
}

function flagOf(flags: readonly Flag[], name: string): Flag | undefined {
  return flags.find((flag) => namesOf(flag).includes(name));
}

/** All names of a flag, its own first. */
export function namesOf(flag: Flag): string[] {
  return [flag.name, ...(flag.aliases ?? [])];
}

/** The message about required flags that are missing, by the last long name of each; undefined when none is. */
export function missingFlags(flags: readonly Flag[], given: Given): string | undefined {
  const missing = flags.filter((flag) => flag.required && !given.has(flag.name));
  const names = missing.map((flag) => namesOf(flag).findLast((name) => name.length > 1) ?? flag.name);
  if (names.length === 0) return undefined;
  return `Required flag${names.length > 1 ? "s" : ""} "${names.join(", ")}" not set`;
}

function wrong(message: string): Failure {
  return new Failure("usage", message);
}
