/** Names for shell completion: what is there now, as far as it can be known quickly. Nothing is said when it cannot. */

import { readdirSync } from "node:fs";
import { readRuns } from "../observe/history.ts";
import type { Run } from "../observe/runs.ts";
import type { Roots } from "../spec/roots.ts";
import { STAGES } from "../spec/stage.ts";

const EVERYTHING = { hooks: [], stages: [], containers: [], results: [] };
/** More would not fit a screen. */
const MOST = 50;

/** Names of a kind (hook, container, run, stage), none for another kind. */
export function namesOf(roots: Roots, kind: string): string[] {
  try {
    switch (kind) {
      case "hook":
        return unique([...definitionNames(roots), ...runs(roots).map((run) => run.hook.name)]);
      case "container":
        return unique(runs(roots).map((run) => run.container.id)).slice(0, MOST);
      case "run":
        return runs(roots)
          .map((run) => run.run)
          .slice(0, MOST);
      case "stage":
        return [...STAGES];
      default:
        return [];
    }
  } catch {
    return [];
  }
}

/** Newest first. */
function runs(roots: Roots): Run[] {
  return readRuns(roots.events, EVERYTHING, () => true).runs.reverse();
}

function definitionNames(roots: Roots): string[] {
  return roots.definitionDirs.flatMap((dir) => {
    try {
      return readdirSync(dir)
        .filter((name) => /\.(json|ya?ml)$/.test(name))
        .map((name) => name.replace(/\.\w+$/, ""));
    } catch {
      return [];
    }
  });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
