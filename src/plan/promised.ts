/**
 * Plans that containers may carry without a record: a hook that an engine got beforehand, and that runs at poststop alone,
 * leaves no trace of the container before its end. Podman keeps such a hook with the container and runs it itself. So what
 * an engine was given stays until the machine starts anew: no container lives longer.
 */

import { readdirSync, readFileSync } from "node:fs";
import { mkdirAll } from "../linux/directory.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { replaceFile } from "../linux/replace.ts";
import { type Hex, isHex, type Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

function directoryOf({ run }: Roots): string {
  return `${run}/promised`;
}

/** Whether a hook of the plan runs at poststop and at no other stage. */
export function hasLastHookOnly({ definitions }: Plan): boolean {
  return definitions.some(
    ({ entry, stages }) => entry !== undefined && stages.every((stage) => stage === "poststop"),
  );
}

/** Notes that engines have been given hooks of this plan; the caller holds the lock. Throws LinuxError. */
export function promise(roots: Roots, plan: Hex): void {
  mkdirAll(directoryOf(roots), 0o755);
  replaceFile(`${directoryOf(roots)}/${plan}`, bootId(), { mode: 0o644 });
}

/** The plans that were noted since the machine started; a run directory that outlives that loses its older notes. */
export function promisedPlans(roots: Roots): Hex[] {
  const boot = bootId();
  return namesIn(directoryOf(roots)).filter((name): name is Hex => {
    if (!isHex(name)) return false;
    const path = `${directoryOf(roots)}/${name}`;
    if (readFileSync(path, "utf8") === boot) return true;
    unlinkIfThere(path);
    return false;
  });
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
