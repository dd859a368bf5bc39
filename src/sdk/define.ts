/**
 * `defineHook`: what a hook is. What it may ask of the machine it names in `uses`, so that a hook carries only what it needs, and so
 * that a use at a stage where it makes no sense is found when the hook is defined, not when a container starts.
 */

import { Failure } from "../spec/failure.ts";
import { STAGES, type Stage } from "../spec/stage.ts";
import type { Options, OptionValues } from "./option.ts";

/** The container that a hook runs for, whatever runtime it is that tells of it. */
export interface Container {
  readonly id: string;
  /** Absolute path of its bundle; empty at startContainer, where the host's paths mean nothing. */
  readonly bundle: string;
  readonly annotations: { readonly [key: string]: string };
  /** Its first process, as the host counts: at prestart, createRuntime and poststart. */
  readonly pid?: number;
}

/** What every hook is given. */
export interface Call {
  readonly stage: Stage;
  readonly container: Container;
  /** The state as the runtime wrote it, JSON: for a program that expects it on its standard input. */
  readonly state: string;
  /** When the guard ends the hook: milliseconds on the monotonic clock. Infinity without a guard. */
  readonly deadline: number;
  /** Milliseconds until then; 0 at least. */
  remaining(): number;
  /** Writes a line to standard error: the guard keeps the last 4 KiB of them in the run's event. */
  log(line: string): void;
}

/** Something that a hook may use: what it is at a call, and where that makes sense. */
export interface Capability<T> {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** Why not at the others, as the end of a sentence. */
  readonly because: string;
  open(call: Call): T;
}

export type Uses = { readonly [name: string]: Capability<unknown> };

export type Context<O extends Options, U extends Uses> = Call & {
  readonly options: OptionValues<O>;
} & { readonly [K in keyof U]: U[K] extends Capability<infer T> ? T : never };

export interface HookDefinition<O extends Options, U extends Uses> {
  /** As the definition and the log call it: lower-case letters, digits and dashes. */
  name: string;
  /** Where it may be attached. */
  stages: readonly Stage[];
  options?: O;
  uses?: U;
  /** Throws a Failure, or lets a failed system call through, to say that it did not work: the container is stopped then. */
  run(context: Context<O, U>): void;
}

/** A hook that was defined. */
export interface Hook {
  readonly name: string;
  readonly stages: readonly Stage[];
  readonly options: Options;
  readonly uses: Uses;
  run(context: Call & { readonly options: OptionValues<Options> }): void;
}

/**
 * Defines a hook; a program's main module exports it as `default`. Throws `Failure` `hook_invalid` for a name that cannot be one, for
 * no stage, and for a use at a stage where it makes no sense.
 *
 *     export default defineHook({
 *       name: "greet",
 *       stages: ["createRuntime"],
 *       options: { word: option.text({ means: "what to say", fallback: "hello" }) },
 *       run({ container, options, log }) {
 *         log(`${options.word} ${container.id}`);
 *       },
 *     });
 */
export function defineHook<
  const O extends Options = Record<never, never>,
  const U extends Uses = Record<never, never>,
>(definition: HookDefinition<O, U>): Hook {
  const { name, stages, run } = definition;
  const uses: Uses = definition.uses ?? {};
  if (!isName(name)) throw wrong(name, "a name has lower-case letters, digits and dashes, 64 at most");
  if (stages.length === 0) throw wrong(name, "it has no stage");
  for (const stage of stages) {
    if (!STAGES.includes(stage)) throw wrong(name, `"${stage}" is no stage`);
    for (const [as, use] of Object.entries(uses)) {
      if (as !== use.name) throw wrong(name, `\`${use.name}\` is called \`${as}\` in its uses`);
      if (!use.stages.includes(stage))
        throw wrong(
          name,
          `\`${as}\` makes no sense at ${stage}: ${use.because}`,
          `at ${use.stages.join(", ")} it does`,
        );
    }
  }
  return { name, stages: [...stages], options: definition.options ?? {}, uses, run: run as Hook["run"] };
}

function isName(name: string): boolean {
  if (name === "" || name.length > 64) return false;
  for (const letter of name) if (!"abcdefghijklmnopqrstuvwxyz0123456789-".includes(letter)) return false;
  return name[0] !== "-";
}

function wrong(name: string, what: string, hint?: string): Failure {
  return new Failure("hook_invalid", `define the hook ${name}: ${what}`, hint === undefined ? {} : { hint });
}
