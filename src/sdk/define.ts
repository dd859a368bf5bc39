/**
 * `defineHook`: what a hook is. What it may ask of the machine it names in `uses`, so that a hook carries only what it needs, and so
 * that a use at a stage where it makes no sense is found when the hook is defined, not when a container starts.
 */

import { Failure } from "../spec/failure.ts";
import type { Json } from "../spec/runtime-config.ts";
import { STAGES, type Stage } from "../spec/stage.ts";
import type { Options, OptionValues } from "./option.ts";

/** Where a hook can say how its work is undone. */
const REMEMBERING: readonly Stage[] = ["prestart", "createRuntime", "poststart"];

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
  /** The hook's file in the ledger of its container, for `remember`; the guard says it at stages where there can be one. */
  readonly ledger?: string;
  /** Only what is left behind is to be undone: the container is gone, and no runtime calls. */
  readonly left: boolean;
}

/** Something that a hook may use: what it is at a call, and where that makes sense. */
export interface Capability<T, S extends Stage = Stage> {
  readonly name: string;
  readonly stages: readonly S[];
  /** Why not at the others, as the end of a sentence. */
  readonly because: string;
  open(call: Call): T;
}

export type Uses = { readonly [name: string]: Capability<unknown> };

type Opened<U extends Uses> = { readonly [K in keyof U]: U[K] extends Capability<infer T> ? T : never };

/** What makes sense at poststop. */
type Afterwards<U extends Uses> = {
  readonly [K in keyof U as U[K] extends Capability<unknown, infer S>
    ? "poststop" extends S
      ? K
      : never
    : never]: U[K] extends Capability<infer T> ? T : never;
};

/** What an undo action is given besides its own words: the call at poststop, and those of the hook's uses that make sense there. */
export type UndoContext<O extends Options, U extends Uses> = Call & {
  readonly options: OptionValues<O>;
} & Afterwards<U>;

export type Undoes<O extends Options, U extends Uses> = {
  readonly [action: string]: (what: never, context: UndoContext<O, U>) => void;
};

/**
 * `remember("removeLink", { name })`: writes down that this undo action, with these words, undoes what is about to be done. It is on the
 * disk when this returns. Throws `Failure` `no_ledger` without a guard, `no_process`; LinuxError.
 */
export type Remember<D> = <A extends keyof D & string>(
  action: A,
  what: D[A] extends (what: infer W, ...rest: never[]) => void ? W : never,
) => void;

export type Context<O extends Options, U extends Uses, D> = Call & {
  readonly options: OptionValues<O>;
} & Opened<U> &
  (keyof D extends never ? unknown : { readonly remember: Remember<D> });

export interface HookDefinition<O extends Options, U extends Uses, D extends Undoes<O, U>> {
  /** As the definition and the log call it: lower-case letters, digits and dashes. */
  name: string;
  /** Where it runs. One with `undo` may be attached at poststop as well, where what it remembered is undone, the last first. */
  stages: readonly Stage[];
  options?: O;
  uses?: U;
  /**
   * What can be undone, each with the words that `remember` wrote down, which are JSON. An action may be done more than once, or for work
   * that was never begun. It throws to say that it did not work: then it is tried again by `hookwright reconcile`.
   */
  undo?: D & Undoes<O, U>;
  /**
   * Throws a Failure, or lets a failed system call through, to say that it did not work: what this run remembered is undone, and the
   * container is stopped.
   */
  run(context: Context<O, U, D>): void;
}

/** A hook that was defined. */
export interface Hook {
  readonly name: string;
  /** Where it may be attached. */
  readonly stages: readonly Stage[];
  readonly options: Options;
  readonly uses: Uses;
  readonly undo?: { readonly [action: string]: (what: Json, context: unknown) => void };
  run(context: unknown): void;
}

/**
 * Defines a hook; a program's main module exports it as `default`. Throws `Failure` `hook_invalid` for a name that cannot be one, for
 * no stage, for a use at a stage where it makes no sense, and for `undo` at a stage where nothing can be remembered.
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
  const D extends Undoes<O, U> = Record<never, never>,
>(definition: HookDefinition<O, U, D>): Hook {
  const { name, stages, run, undo } = definition;
  const uses: Uses = definition.uses ?? {};
  if (!isName(name)) throw wrong(name, "a name has lower-case letters, digits and dashes, 64 at most");
  if (stages.length === 0) throw wrong(name, "it has no stage");
  for (const stage of stages) {
    if (!STAGES.includes(stage)) throw wrong(name, `"${stage}" is no stage`);
    if (undo !== undefined && !REMEMBERING.includes(stage))
      throw wrong(
        name,
        stage === "poststop"
          ? "`undo` is what it does at poststop"
          : `nothing can be remembered at ${stage}: the state names no process of the container as the host counts`,
        stage === "poststop" ? "leave that stage out" : `at ${REMEMBERING.join(", ")} it can`,
      );
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
  const hook = { name, options: definition.options ?? {}, uses, run: run as Hook["run"] };
  if (undo === undefined) return { ...hook, stages: [...stages] };
  return { ...hook, stages: [...stages, "poststop"], undo: undo as unknown as NonNullable<Hook["undo"]> };
}

function isName(name: string): boolean {
  if (name === "" || name.length > 64) return false;
  for (const letter of name) if (!"abcdefghijklmnopqrstuvwxyz0123456789-".includes(letter)) return false;
  return name[0] !== "-";
}

function wrong(name: string, what: string, hint?: string): Failure {
  return new Failure("hook_invalid", `define the hook ${name}: ${what}`, hint === undefined ? {} : { hint });
}
