/** `engine list`: which engines are here, which file of theirs is ours to change, and whether it says what it should. */

import { allEngines } from "../engines/all.ts";
import { type Machine, machineOf } from "../engines/machine.ts";
import { type EngineStanding, standingOf } from "../engines/standing.ts";
import type { Roots } from "../spec/roots.ts";

/** All engines, those that are not here among them. */
export async function listEngines(roots: Roots, env: Machine["env"]): Promise<EngineStanding[]> {
  const machine = machineOf(roots.root, env, undefined);
  return allEngines().map((engine) => standingOf(roots, engine, machine));
}
