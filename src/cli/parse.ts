/**
 * Reads the command line by the grammar, with Commander as the parser. Every mistake becomes a usage failure with a
 * suggestion; a flag that is not given is looked up in its environment variable.
 */

import { Command as Commander, Argument as CommanderArgument, CommanderError, Option } from "commander";
import { EXIT, Failure } from "../spec/failure.ts";
import {
  type Argument,
  type Command,
  type Flag,
  type Flags,
  GLOBAL_FLAGS,
  type Verb,
  variableOf,
  verbOf,
} from "./grammar.ts";

export type Env = { readonly [name: string]: string | undefined };

export type Parsed =
  | { kind: "verb"; path: readonly string[]; verb: Verb; args: string[]; flags: Flags; globals: Flags }
  | { kind: "help"; path: readonly string[]; command: Command; asked: boolean; globals: Flags }
  | { kind: "version" };

/** A command of Commander that tells which one was asked for help instead of printing it. */
class Told extends Commander {
  path: readonly string[] = [];
  described: Command | undefined;
  asked: Told | undefined;

  override outputHelp(): void {
    let top: Told = this;
    while (top.parent instanceof Told) top = top.parent;
    top.asked = this;
  }
}

/** @throws Failure (usage). `argv` is without the program's name. */
export function parse(tree: Command, argv: readonly string[], env: Env): Parsed {
  const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : [...argv];
  let reached: { told: Told; verb: Verb; args: string[] } | undefined;
  const top = build(tree, [], (told, verb, args) => {
    reached = { told, verb, args };
  });
  top.option("-V, --version");
  for (const flag of GLOBAL_FLAGS) top.addOption(optionOf(flag));
  try {
    top.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const asked = top.asked;
    if (top.opts().version === true && asked !== undefined) return { kind: "version" };
    if (asked?.described === undefined) throw usage(error, tree, argv);
    const isAsked = error.code === "commander.helpDisplayed";
    return {
      kind: "help",
      path: asked.path,
      command: asked.described,
      asked: isAsked,
      globals: flagsOf(top, GLOBAL_FLAGS, [], env),
    };
  }
  if (top.opts().version === true) return { kind: "version" };
  if (reached === undefined) throw new Error("the parser reached no verb");
  const { told, verb, args } = reached;
  const globals = flagsOf(top, GLOBAL_FLAGS, [], env);
  const flags = flagsOf(told, verb.flags ?? [], told.path, env);
  requireFlags(verb, flags, told.path);
  return { kind: "verb", path: told.path, verb, args, flags, globals };
}

function build(
  command: Command,
  path: readonly string[],
  reach: (told: Told, verb: Verb, args: string[]) => void,
): Told {
  const told = new Told(path.at(-1) ?? "hookwright");
  told.path = path;
  told.described = command;
  told.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  told.helpCommand(false).allowExcessArguments(false);
  const verb = verbOf(command);
  if (verb !== undefined) {
    for (const argument of verb.arguments ?? []) told.addArgument(argumentOf(argument));
    for (const flag of verb.flags ?? []) told.addOption(optionOf(flag));
    told.action(() => reach(told, verb, told.args));
  }
  if (command.kind === "noun") {
    for (const child of command.children) {
      told.addCommand(build(child, [...path, child.name], reach), { hidden: isHidden(child) });
    }
  }
  return told;
}

function isHidden(command: Command): boolean {
  return command.kind === "verb" && command.hidden === true;
}

function optionOf(flag: Flag): Option {
  const words = [flag.short && `-${flag.short}`, `--${flag.name}`].filter(Boolean).join(", ");
  const option = new Option(flag.value === undefined ? words : `${words} <${flag.value}>`);
  if (flag.repeat) {
    option.argParser((value: string, before: string[] | undefined) => [
      ...(before ?? []),
      chosen(flag, value),
    ]);
  } else if (flag.value !== undefined) option.argParser((value: string) => chosen(flag, value));
  return option;
}

function argumentOf(argument: Argument): CommanderArgument {
  const name = argument.repeat ? `${argument.name}...` : argument.name;
  return new CommanderArgument(argument.optional ? `[${name}]` : `<${name}>`);
}

function chosen(flag: Flag, value: string): string {
  if (flag.choices === undefined || flag.choices.includes(value)) return value;
  throw new Failure("usage", `read --${flag.name} ${JSON.stringify(value)}: it is not a known word`, {
    hint: `Use one of ${flag.choices.join(", ")}.`,
    exitCode: EXIT.usage,
  });
}

/** Words that switch a switch off when they stand in its environment variable. */
const OFF = new Set(["", "0", "false", "no", "off"]);

function flagsOf(told: Told, known: readonly Flag[], path: readonly string[], env: Env): Flags {
  const values = new Map<string, string[]>();
  for (const flag of known) {
    const given = valuesGiven(told, flag);
    const variable = env[variableOf(flag, path)];
    if (given !== undefined) values.set(flag.name, given);
    else if (variable === undefined) continue;
    else if (flag.value === undefined) values.set(flag.name, OFF.has(variable.toLowerCase()) ? [] : ["1"]);
    else if (variable !== "") {
      const words = flag.repeat ? variable.split("\n").filter((word) => word !== "") : [variable];
      values.set(
        flag.name,
        words.map((word) => chosen(flag, word)),
      );
    }
  }
  return {
    on: (name) => (values.get(name)?.length ?? 0) > 0,
    text: (name) => values.get(name)?.at(-1),
    list: (name) => values.get(name) ?? [],
  };
}

function valuesGiven(told: Told, flag: Flag): string[] | undefined {
  const negated = flag.name.startsWith("no-");
  const option = told.options.find((one) => one.long === `--${flag.name}`);
  const key = option?.attributeName() ?? flag.name;
  if (told.getOptionValueSource(key) !== "cli") return undefined;
  const value: unknown = told.getOptionValue(key);
  if (Array.isArray(value)) return value.map(String);
  return flag.value === undefined ? (value === !negated ? ["1"] : []) : [String(value)];
}

function requireFlags(verb: Verb, flags: Flags, path: readonly string[]): void {
  const missing = verb.flags?.find((flag) => flag.required && flags.text(flag.name) === undefined);
  if (missing === undefined) return;
  throw new Failure("usage", `read the arguments of ${path.join(" ")}: --${missing.name} is missing`, {
    hint: `Run \`hookwright ${path.join(" ")} --help\`.`,
    exitCode: EXIT.usage,
  });
}

/** Commander says `error: unknown command 'hok'\n(Did you mean hook?)`. */
function usage(error: CommanderError, tree: Command, argv: readonly string[]): Failure {
  const [first = "", ...rest] = error.message.split("\n");
  const similar = /\(Did you mean (?:one of )?(.*)\?\)/.exec(rest.join(" "))?.[1];
  const help = ["hookwright", ...wordsOf(tree, argv), "--help"].join(" ");
  return new Failure("usage", `read the command line: ${first.replace(/^error: /, "").replace(/\.$/, "")}`, {
    hint: similar === undefined ? `Run \`${help}\`.` : `Did you mean ${similar}? Otherwise run \`${help}\`.`,
    exitCode: EXIT.usage,
    cause: error,
  });
}

/** The words of a command line that lead down the tree. */
function wordsOf(tree: Command, argv: readonly string[]): string[] {
  const path: string[] = [];
  let at = tree;
  for (const word of argv) {
    const child = at.kind === "noun" ? at.children.find(({ name }) => name === word) : undefined;
    if (child === undefined) continue;
    path.push(word);
    at = child;
  }
  return path;
}
