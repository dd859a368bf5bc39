/**
 * `make fuzz`: runs every fuzz target in turn with a seed. A target mutates good input and holds one property: the
 * reader answers or refuses with a Failure, and never crashes, hangs or forgets. SEED and RUNS repeat or prolong a run.
 */

import { Glob } from "bun";

export interface FuzzTarget {
  name: string;
  /** Runs `executions` mutated inputs made from `seed`; throws with the seed and the input on the first that fails. */
  run(seed: number, executions: number): void | Promise<void>;
}

function isTarget(value: unknown): value is FuzzTarget {
  return typeof value === "object" && value !== null && "name" in value && "run" in value;
}

async function targets(): Promise<FuzzTarget[]> {
  const found: FuzzTarget[] = [];
  for (const file of [...new Glob("*.ts").scanSync(import.meta.dir)].sort()) {
    if (file === "run.ts" || file.endsWith(".test.ts")) continue;
    const module: Record<string, unknown> = await import(`./${file}`);
    found.push(...Object.values(module).filter(isTarget));
  }
  return found;
}

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const all = await targets();
const runs = Math.ceil(Number(process.env.RUNS ?? 1_000_000) / all.length);
console.log(`seed ${seed}, ${runs} executions of each of ${all.length} targets`);
for (const target of all) {
  const begin = performance.now();
  await target.run(seed, runs);
  const seconds = (performance.now() - begin) / 1000;
  console.log(`${target.name.padEnd(20)} ${runs} executions in ${seconds.toFixed(1)} s`);
}
