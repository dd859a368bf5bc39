/** The command by which an engine reads its configuration anew: said always, run only when asked for. */

import { spawnSync } from "node:child_process";
import type { Engine } from "../engines/engine.ts";
import type { Machine } from "../engines/machine.ts";
import { Failure } from "../spec/failure.ts";

export interface Reloaded {
  /** As one would type it; absent when there is nothing to run. */
  readonly command?: string;
  readonly note?: string;
  readonly done: boolean;
}

/** @throws Failure `engine_reload` when the command is to be run and fails; the engine's files are changed by then. */
export function reload(engine: Engine, machine: Machine, disabled: boolean, run: boolean): Reloaded {
  const { command, note } = engine.reload(machine, disabled);
  const said = {
    ...(note !== undefined && { note }),
    ...(command !== undefined && { command: command.join(" ") }),
  };
  if (!run || command === undefined) return { ...said, done: false };
  const [program = "", ...args] = command;
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status === 0) return { ...said, done: true };
  throw new Failure("engine_reload", `${command.join(" ")}: ${error?.message ?? stderr.trim()}`, {
    hint: "the configuration is written; make the engine read it by hand",
  });
}
