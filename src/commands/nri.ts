/** `nri`: the plugin, until SIGTERM or an interrupt. */

import { LEVELS, type Level } from "../nri/options.ts";
import { runPlugin } from "../nri/reconnect.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface NriWish {
  readonly socket: string;
  readonly name: string;
  readonly index: string;
  readonly level: Level;
  readonly stop: AbortSignal;
  say(line: string): void;
}

/** Runs until the end is asked for. @throws Failure `nri_index`, `nri_refused` */
export async function nriPlugin(
  roots: Roots,
  { socket, name, index, level, stop, say }: NriWish,
): Promise<void> {
  const two = index.padStart(2, "0");
  if (!/^\d\d$/.test(two))
    throw new Failure("nri_index", `use --index ${index}: it is no number from 0 to 99`, {
      exitCode: EXIT.usage,
    });
  const ended = new AbortController();
  process.once("SIGTERM", () => ended.abort());
  const log = (of: Level, message: string) => {
    if (LEVELS.indexOf(of) <= LEVELS.indexOf(level)) say(`${of}: ${message}`);
  };
  await runPlugin({ roots, socket, name, index: two, log }, AbortSignal.any([stop, ended.signal]));
  log("info", "ended as asked");
}
