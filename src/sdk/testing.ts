/**
 * Testing a hook under `bun test`: `runHook` runs it in the test's own process, at a stage, for a container, with what it uses real
 * or put in its place. Importing this makes system calls possible.
 */

import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { VARIABLE } from "../spec/environment.ts";
import type { Stage } from "../spec/stage.ts";
import { callOf } from "./call.ts";
import type { Hook } from "./define.ts";
import { readOptions } from "./option.ts";
import { type Fakes, perform } from "./perform.ts";

bind(primitive);

export interface TestRun {
  stage: Stage;
  /** Words after the program's own name. */
  args?: readonly string[];
  /** `NAME=value`. */
  env?: readonly string[];
  /** Fields of the state, over those of a container `test` without annotations. */
  state?: { id?: string; bundle?: string; pid?: number; annotations?: { [key: string]: string } };
  /** In the place of what the hook uses, by name, and of `remember`: `{ command: () => ({ status: 0, stdout: "", stderr: "" }) }`. */
  fakes?: Fakes;
}

/** Runs the hook and returns the lines that it logged. What it throws is thrown on. */
export function runHook(
  hook: Hook,
  { stage, args = [], env = [], state = {}, fakes = {} }: TestRun,
): string[] {
  const lines: string[] = [];
  const environment = [`${VARIABLE.stage}=${stage}`, ...env];
  const said = { ociVersion: "1.0.2", id: "test", bundle: "/nonexistent", annotations: {}, ...state };
  const options = readOptions(hook.name, hook.options, [hook.name, ...args], environment);
  const log = (line: string) => void lines.push(line);
  const call = { ...callOf(hook, JSON.stringify(said), environment), log };
  perform(hook, call, options, fakes);
  return lines;
}
