/** How an engine stands to us: whether it is here, whether it was told of us, and whether its files still say so. */

import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { draftEnable } from "./draft.ts";
import type { Engine, EngineName } from "./engine.ts";
import type { Machine } from "./machine.ts";
import { type EngineRecord, readRecord } from "./record.ts";

export interface EngineStanding {
  readonly engine: EngineName;
  /** `changed`: enabled, but the files do not say so any more. */
  readonly state: "absent" | "disabled" | "enabled" | "changed";
  readonly default: boolean;
  readonly version?: string;
  readonly binary?: string;
  readonly file: string;
  readonly why: string;
  /** Why it cannot be judged. */
  readonly fault?: string;
  /** What to do about it. */
  readonly mend?: string;
}

/** Never throws for what is wrong with the engine's files or the record: `fault` says it. */
export function standingOf(roots: Roots, engine: Engine, machine: Machine): EngineStanding {
  const { binary, version, file, why } = engine.find(machine);
  const facts = { engine: engine.name, file, why, ...(version && { version }), ...(binary && { binary }) };
  try {
    const record = readRecord(roots, engine.name);
    if (record === undefined)
      return { ...facts, state: binary === undefined ? "absent" : "disabled", default: false };
    const { wrapper, default: isDefault } = record.wish;
    const { files } = draftEnable(roots, engine, asEnabled(engine, machine, record), {
      wrapper,
      default: isDefault,
    });
    const state = files.every(({ before, after }) => before === after) ? "enabled" : "changed";
    return { ...facts, file: record.files[0]?.file ?? file, state, default: isDefault };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message: fault, hint: mend } = error;
    return { ...facts, state: "changed", default: false, fault, ...(mend !== undefined && { mend }) };
  }
}

/** The machine with the configuration that was changed when the engine was enabled, if it would not be found now. */
export function asEnabled(engine: Engine, machine: Machine, record: EngineRecord | undefined): Machine {
  const named = record?.files[0]?.file;
  if (named === undefined || named === engine.find(machine).file) return machine;
  return { ...machine, engineConfig: named };
}
