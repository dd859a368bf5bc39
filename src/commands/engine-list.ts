/** `engine list`: which engines are here, which file of theirs is ours to change, and whether it says what it should. */

import { allEngines } from "../engines/all.ts";
import { draftEnable } from "../engines/draft.ts";
import type { Engine, EngineName } from "../engines/engine.ts";
import { type Machine, machineOf } from "../engines/machine.ts";
import { readRecord } from "../engines/record.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface EngineRow {
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
}

/** All engines, those that are not here among them. */
export async function listEngines(roots: Roots, env: Machine["env"]): Promise<EngineRow[]> {
  const machine = machineOf(roots.root, env, undefined);
  return allEngines().map((engine) => rowOf(roots, engine, machine));
}

function rowOf(roots: Roots, engine: Engine, machine: Machine): EngineRow {
  const { binary, version, file, why } = engine.find(machine);
  const facts = { engine: engine.name, file, why, ...(version && { version }), ...(binary && { binary }) };
  try {
    const record = readRecord(roots, engine.name);
    if (record === undefined)
      return { ...facts, state: binary === undefined ? "absent" : "disabled", default: false };
    const { wrapper, default: isDefault } = record.wish;
    const named = record.files[0]?.file;
    const { files } = draftEnable(
      roots,
      engine,
      { ...machine, engineConfig: named === file ? undefined : named },
      {
        wrapper,
        default: isDefault,
      },
    );
    const state = files.every(({ before, after }) => before === after) ? "enabled" : "changed";
    return { ...facts, file: named ?? file, state, default: isDefault };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...facts, state: "changed", default: false, fault: error.message };
  }
}
