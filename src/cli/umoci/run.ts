/**
 * Runs a command line of umoci's: the same words mean the same, fail with the same messages and end with the same status.
 * `hookwright image` comes here too; it says the mend of a failure as well.
 */

import { Failure } from "../../spec/failure.ts";
import type { Sink } from "../output.ts";
import { checkFlags, imageOf, LAYOUT, platformOf, TAG } from "./flags.ts";
import type { Call, Command, Given, Group, Log } from "./grammar.ts";
import { commandHelp, groupHelp, topHelp, versionText } from "./help.ts";
import { levelOf, logTo } from "./log.ts";
import { GLOBAL_FLAGS, TREE } from "./table.ts";
import { HELP, missingFlags, readWords } from "./words.ts";

/** The outside world of one run. */
export interface World {
  env: { readonly [name: string]: string | undefined };
  out: Sink;
  err: Sink;
  /** Whether the mend of a failure is said too. */
  hints: boolean;
  /** Makes system calls possible. */
  bindKernel(): Promise<void>;
}

const FAILED = 1;
const UNKNOWN_COMMAND = 3;
const VERSION_FLAG = { name: "version", aliases: ["v"], summary: "" };

/** Runs the words after the program's name and gives the exit status; nothing is thrown but mistakes of ours. */
export async function runUmoci(argv: readonly string[], world: World): Promise<number> {
  let given: Given;
  let args: readonly string[];
  try {
    ({ given, args } = readWords([...GLOBAL_FLAGS, HELP, VERSION_FLAG], argv, true));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.out.write(`Incorrect Usage. ${error.message}\n\n${topHelp()}`);
    world.err.write(`${timestamp()} fatal ${error.message.padEnd(25)}\n`);
    return FAILED;
  }
  if (given.on("help")) return say(world, topHelp());
  if (given.on("version")) return say(world, versionText());
  let log = logTo(world.err, "warn");
  try {
    log = logTo(world.err, leastLevel(given));
    return await runBelow(TREE, args, [], world, log);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (refusedByKernel(error))
      log("warn", "umoci encountered a permission error: maybe --rootless will help?");
    log("fatal", error.message);
    if (world.hints && error.hint !== undefined) world.err.write(`hint: ${error.hint}\n`);
    return FAILED;
  }
}

async function runBelow(
  tree: readonly (Command | Group)[],
  [first, ...rest]: readonly string[],
  path: readonly string[],
  world: World,
  log: Log,
): Promise<number> {
  if (first === undefined) return say(world, helpBelow(tree, path));
  if (first === "help" || first === "h") {
    const [topic] = rest;
    return topic === undefined ? say(world, helpBelow(tree, path)) : helpAbout(tree, topic, path, world);
  }
  const found = find(tree, first);
  if (found === undefined) return helpAbout(tree, first, path, world);
  if (!("commands" in found)) return runCommand(found, rest, path, world, log);
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords([HELP], rest, true);
  } catch (error) {
    if (error instanceof Failure) world.out.write(`Incorrect Usage. ${error.message}\n\n${groupHelp(found)}`);
    throw error;
  }
  if (read.given.on("help")) return say(world, groupHelp(found));
  return runBelow(found.commands, read.args, [...path, found.name], world, log);
}

function helpBelow(tree: readonly (Command | Group)[], path: readonly string[]): string {
  const group = TREE.find((one): one is Group => "commands" in one && one.commands === tree);
  return path.length === 0 || group === undefined ? topHelp() : groupHelp(group);
}

function helpAbout(
  tree: readonly (Command | Group)[],
  topic: string,
  path: readonly string[],
  world: World,
): number {
  const found = find(tree, topic);
  if (found !== undefined)
    return say(world, "commands" in found ? groupHelp(found) : commandHelp(found, path));
  world.err.write(`No help topic for '${topic}'\n`);
  return UNKNOWN_COMMAND;
}

function find(tree: readonly (Command | Group)[], name: string): Command | Group | undefined {
  return tree.find((one) => one.name === name || ("aliases" in one && one.aliases?.includes(name)));
}

async function runCommand(
  command: Command,
  words: readonly string[],
  path: readonly string[],
  world: World,
  log: Log,
): Promise<number> {
  const flags = [...command.flags, HELP];
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(flags, words, command.inOrder === true);
  } catch (error) {
    if (error instanceof Failure) {
      world.out.write(`Incorrect Usage: ${error.message}\n\n${commandHelp(command, path)}`);
    }
    throw error;
  }
  const { given, args } = read;
  if (given.on("help")) return say(world, commandHelp(command, path));
  const missing = missingFlags(flags, given);
  if (missing !== undefined) {
    world.out.write(commandHelp(command, path));
    throw new Failure("usage", missing);
  }
  checkFlags(command, given);
  const image = imageOf(given);
  const call: Call = {
    args,
    flags: given,
    env: world.env,
    image,
    layout: given.text(LAYOUT.name),
    newTag: given.has(TAG.name) ? given.text(TAG.name) : image.tag,
    platform: platformOf(given),
    sourceDate: () => sourceDate(world.env.SOURCE_DATE_EPOCH),
    log,
    err: world.err,
    print: (text) => world.out.write(text),
  };
  if (command.check !== undefined) command.check(call);
  else if (args.length > 0)
    throw new Failure("usage", "invalid number of positional arguments: expected none");
  await world.bindKernel();
  await command.run(call);
  return 0;
}

function say(world: World, text: string): number {
  world.out.write(text);
  return 0;
}

function leastLevel(given: Given) {
  if (given.on("verbose")) {
    if (given.has("log")) throw new Failure("usage", "--log=* and --verbose are mutually exclusive");
    return "info";
  }
  const level = levelOf(given.text("log"));
  if (level === undefined) throw new Failure("usage", "parsing log level: invalid level");
  return level;
}

function sourceDate(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  const problem = /^[+-]?\d+$/.test(text) ? "value out of range" : "invalid syntax";
  throw new Failure(
    "usage",
    `parse SOURCE_DATE_EPOCH=${quoted}: strconv.ParseInt: parsing ${quoted}: ${problem}`,
  );
}

/** Whether a system call that was not permitted is what made it fail. */
function refusedByKernel(error: Failure): boolean {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && (cause.code === "EPERM" || cause.code === "EACCES")) return true;
  }
  return false;
}

function timestamp(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("/");
  return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")}`;
}
