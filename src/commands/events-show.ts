/** `events show`: one run in full, and what to do when it failed. */

import { adviceFor } from "../observe/advice.ts";
import { readRuns } from "../observe/history.ts";
import { livenessFrom } from "../observe/liveness.ts";
import type { Run } from "../observe/runs.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface ShownRun extends Run {
  advice: string[];
}

const EVERYTHING = { hooks: [], stages: [], containers: [], results: [] };

/** The run whose id begins with `prefix`. @throws Failure when there is none, or more than one. */
export function showRun(roots: Roots, prefix: string): ShownRun {
  const { runs } = readRuns(roots.events, EVERYTHING, livenessFrom());
  const wanted = prefix.toLowerCase();
  const found = runs.filter((run) => run.run.startsWith(wanted));
  const [run, another] = found;
  if (run === undefined) {
    throw new Failure("run_unknown", `show run ${prefix}: the log has none whose id begins so`, {
      hint: "`hookwright events` lists them; older ones may have been rotated away.",
    });
  }
  if (another !== undefined) {
    const ids = found.slice(0, 5).map((one) => one.run);
    throw new Failure("run_ambiguous", `show run ${prefix}: ${found.length} ids begin so`, {
      hint: `Say more of it: ${ids.join(", ")}${found.length > ids.length ? ", …" : "."}`,
    });
  }
  return { ...run, advice: adviceFor(run) };
}
