/**
 * A root of its own for a test: below /var/lib, where every ancestor belongs to root and nobody else may write, because
 * the guard refuses any other chain. Whatever a test leaves in it (mounts, immutable files) goes away with it.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Roots, rootsAt } from "../../src/spec/roots.ts";

export interface TempRoot extends Roots {
  /** A directory for bundles, hooks and notes of the test, beside the product's own. */
  readonly work: string;
  /** Unmounts what is mounted below, clears immutable flags, removes everything. */
  remove(): void;
}

const live = new Set<TempRoot>();
process.on("exit", () => {
  for (const root of live) root.remove();
});

/** Makes `/var/lib/hookwright-test-XXXXXX` (needs uid 0); removed by `remove()`, at the latest when the process ends. */
export function tempRoot(): TempRoot {
  const path = mkdtempSync("/var/lib/hookwright-test-");
  const root: TempRoot = {
    ...rootsAt(path),
    work: `${path}/work`,
    remove() {
      live.delete(root);
      removeTree(path);
    },
  };
  mkdirSync(root.work);
  live.add(root);
  return root;
}

/** Mount points at or below a directory, deepest first; `pid` chooses whose mount namespace. */
export function mountsBelow(dir: string, pid: number | "self" = "self"): string[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n");
  const points = lines.map((line) => (line.split(" ")[4] ?? "").replace(/\\040/g, " "));
  return points.filter((point) => point === dir || point.startsWith(`${dir}/`)).reverse();
}

/** Removes a directory with all that a test has left in it: mounts, immutable files. */
export function removeTree(path: string): void {
  for (const point of mountsBelow(path)) Bun.spawnSync(["umount", "-l", point]);
  Bun.spawnSync(["chattr", "-R", "-f", "-i", "-a", path], { stdout: "ignore", stderr: "ignore" });
  rmSync(path, { recursive: true, force: true });
}
