/** What is examined: one installation on one machine, with all that more than one check looks at, read once. */

import { allEngines } from "../engines/all.ts";
import type { Engine, NamedRuntime } from "../engines/engine.ts";
import { readIfThere } from "../engines/files.ts";
import { type Machine, machineOf } from "../engines/machine.ts";
import { readRecord } from "../engines/record.ts";
import { asEnabled, type EngineStanding, standingOf } from "../engines/standing.ts";
import { type PlanInForce, readPlan } from "../plan/read.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface ExaminedEngine extends EngineStanding {
  /** Runtimes that its configuration names, ours among them. */
  readonly runtimes: readonly NamedRuntime[];
  /** Directories of hooks.d files that it reads, as it names them. */
  readonly hookDirectories: readonly string[];
}

export interface Subject {
  readonly roots: Roots;
  readonly machine: Machine;
  /** The host program that `apply` would take; the one beside this program when absent. */
  readonly host: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly engines: readonly ExaminedEngine[];
  /** Undefined when there is none. */
  readonly plan: PlanInForce | Failure | undefined;
}

export interface SubjectOptions {
  readonly env: Machine["env"];
  readonly host?: string;
  readonly now: number;
}

export function subjectOf(roots: Roots, { env, host, now }: SubjectOptions): Subject {
  const machine = machineOf(roots.root, env, undefined);
  const engines = allEngines().map((engine) => examined(roots, engine, machine));
  return { roots, machine, host, now, engines, plan: orFailure(() => readPlan(roots)) };
}

/** Where a path that an engine or a definition names is on this disk: below `--root`, where something is there. */
export function onDisk({ machine: { prefix } }: Pick<Subject, "machine">, path: string): string {
  return prefix === "" || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

function examined(roots: Roots, engine: Engine, machine: Machine): ExaminedEngine {
  const standing = standingOf(roots, engine, machine);
  const none = { ...standing, runtimes: [], hookDirectories: [] };
  if (standing.state === "absent") return none;
  const record = orFailure(() => readRecord(roots, engine.name));
  const found = engine.find(asEnabled(engine, machine, record instanceof Failure ? undefined : record));
  const said = orFailure(() => ({
    runtimes: engine.runtimes(found, readIfThere),
    hookDirectories: engine.hookDirectories(found, readIfThere),
  }));
  if (said instanceof Failure) return { ...none, fault: said.message, mend: said.hint ?? "correct the file" };
  return { ...standing, ...said };
}

function orFailure<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
