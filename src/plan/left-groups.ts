/**
 * The cgroups of runs whose guard and keeper were killed at once, as the kernel does when a container's memory is used up: nobody is left
 * to end the hook and to take its group away.
 */

import { readdirSync } from "node:fs";
import { RUN_GROUP } from "../container/run-group.ts";
import { cgroupMount, endCgroup, openCgroup } from "../linux/cgroup.ts";

/** A run ends within 30 s, and a minute later on a machine that hardly moves. */
const OLD = 5 * 60_000;
/** `hookwright-` and a UUIDv7 (RFC 9562 section 5.7), which begins with the time in milliseconds. */
const NAME = new RegExp(
  `^${RUN_GROUP}([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
);

/** Ends what is in such groups and removes them; returns their paths. `now`: milliseconds since 1970. */
export function removeLeftGroups(now = Date.now()): string[] {
  const top = cgroupMount();
  return top === null ? [] : groupsBelow(top, now - OLD).filter(removed);
}

/** When the run whose group has that name began, in milliseconds since 1970; undefined for any other name. */
export function runBegan(name: string): number | undefined {
  const [, high, low] = NAME.exec(name) ?? [];
  return high === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
}

function groupsBelow(directory: string, before: number): string[] {
  return directoriesOf(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const began = runBegan(name);
    return began === undefined ? groupsBelow(path, before) : began < before ? [path] : [];
  });
}

/** What does not go in time is found again by the next `reconcile`. */
function removed(path: string): boolean {
  const group = openCgroup(path);
  return group !== null && endCgroup(group);
}

/** Empty for a directory that went meanwhile. */
function directoriesOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
