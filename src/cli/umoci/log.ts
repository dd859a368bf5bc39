/** Log lines on standard error, in the form in which scripts know umoci's: a mark, the message, and fields behind it. */

import type { Sink } from "../output.ts";
import { visible } from "../text.ts";
import type { Level, Log } from "./grammar.ts";

const LEVELS: readonly Level[] = ["debug", "info", "warn", "error", "fatal"];
const COLORS: { readonly [level in Level]: number } = { debug: 37, info: 34, warn: 33, error: 31, fatal: 31 };

/** The level that a word names; undefined when it names none. */
export function levelOf(word: string): Level | undefined {
  const lower = word.toLowerCase();
  return lower === "warning" ? "warn" : LEVELS.find((level) => level === lower);
}

/** Writes what is at least as grave as `least`. */
export function logTo(err: Sink, least: Level): Log {
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const mark = level === "error" || level === "fatal" ? "⨯" : "•";
    const paint = (text: string) => (err.terminal ? `\u001b[1;${COLORS[level]}m${text}\u001b[0m` : text);
    const said = Object.entries(fields).map(([name, value]) => ` ${paint(name)}=${visible(String(value))}`);
    err.write(`${paint(mark.padStart(4))} ${visible(message).padEnd(25)}${said.join("")}\n`);
  };
}
