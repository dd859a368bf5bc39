/**
 * `reconcile`: undoes what hooks have left behind for containers that are gone, as their poststop would have: the same program, with the
 * same words, under the guard. It may run at any time, beside containers that come and go, and twice at once.
 */

import { existsSync, readFileSync } from "node:fs";
import { fateOf } from "../linux/life.ts";
import { type LedgerFile, ledgersOf, leftOf } from "../plan/ledger.ts";
import { removeLeftGroups } from "../plan/left-groups.ts";
import { linkedDigest, readPlanFile } from "../plan/read.ts";
import { Failure } from "../spec/failure.ts";
import { LEFT } from "../spec/ledger.ts";
import type { Roots } from "../spec/roots.ts";
import { stateText } from "./run-once.ts";

export interface Reconciled {
  /** What was left was undone. */
  undone: LeftBehind[];
  /** It was not, and is tried again the next time. */
  failed: (LeftBehind & { message: string })[];
  /** The container lives, or, `unclear`, nobody can tell from these namespaces. */
  kept: (LeftBehind & { because: "lives" | "unclear" })[];
  /** Paths of control groups of runs that nobody ended; they were removed, and what was in them killed. */
  groups: string[];
}

export interface LeftBehind {
  hook: string;
  container: string;
  bundle: string;
  /** How many pieces of work. */
  pieces: number;
}

/** Undoes. @throws Failure */
export function reconcile(roots: Roots): Reconciled {
  const found: Reconciled = { undone: [], failed: [], kept: [], groups: removeLeftGroups() };
  for (const files of ledgersOf(roots)) {
    const fates = files.flatMap((file) => leftOf(file)).map(({ life }) => fateOf(life));
    const because = fates.includes("lives") ? "lives" : fates.includes("unclear") ? "unclear" : undefined;
    for (const file of files) {
      const behind = behindOf(file);
      if (behind === undefined) continue;
      if (because !== undefined) found.kept.push({ ...behind, because });
      else attempt(roots, file, behind, found);
    }
  }
  return found;
}

function behindOf(file: LedgerFile): LeftBehind | undefined {
  const left = leftOf(file);
  const [first] = left;
  if (first === undefined) return undefined;
  const { hook, container } = first;
  return { hook, container: container.id, bundle: container.bundle, pieces: left.length };
}

function attempt(roots: Roots, file: LedgerFile, behind: LeftBehind, found: Reconciled): void {
  try {
    undo(roots, file, behind);
    found.undone.push(behind);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    found.failed.push({ ...behind, message: error.message });
  }
}

/** Starts the guard, which takes the lock on what the container left; by then somebody else may have undone it. */
function undo(
  roots: Roots,
  { path, entry, plan }: LedgerFile,
  { container, bundle, hook }: LeftBehind,
): void {
  const words = [
    `${roots.store}/${guardOf(roots, plan)}`,
    `${roots.store}/${entry}`,
    "poststop",
    plan,
    "",
    LEFT,
  ];
  const { exitCode, stderr } = Bun.spawnSync(words, {
    argv0: "hookwright-guard",
    env: { HOOKWRIGHT_ROOT: roots.root },
    stdin: new TextEncoder().encode(stateText("poststop", container, bundle, annotationsOf(bundle))),
    stderr: "pipe",
  });
  const said = String(stderr).trimEnd();
  if (exitCode === 0 && !existsSync(path)) return;
  throw new Failure("undo_failed", said === "" ? `undo what ${hook} did: something is left` : said);
}

/** Of the plan under which it was done, which is kept as long as something of it is left. */
function guardOf(roots: Roots, plan: string): string {
  try {
    return readPlanFile(roots, plan).guard;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const current = linkedDigest(roots.current);
    if (current === undefined) throw error;
    return readPlanFile(roots, current).guard;
  }
}

function annotationsOf(bundle: string): unknown {
  try {
    return JSON.parse(readFileSync(`${bundle}/config.json`, "utf8")).annotations;
  } catch {
    // The bundle is gone with its container.
    return undefined;
  }
}
