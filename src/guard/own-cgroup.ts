/**
 * The cgroup of a run. The guard says where it will be before it forks; the keeper makes it. So whichever of the two is
 * killed, at whatever moment, the other knows the group by its name and takes it away.
 */

import { RUN_GROUP } from "../container/run-group.ts";
import { endCgroup, makeCgroup, openCgroup, ownCgroup } from "../linux/cgroup.ts";
import { inInitialCgroupNamespace } from "../linux/namespace.ts";
import type { Run } from "./run.ts";

/** For the guard. Only where the whole tree of cgroups is seen: elsewhere the own group's path is not its path. */
export function chooseCgroup(run: Run): void {
  run.cgroupParent = inInitialCgroupNamespace() === true ? ownCgroup() : null;
}

/** For the keeper: makes the group, where there may be one. */
export function createOwnCgroup(run: Run): void {
  if (run.cgroupParent !== null) run.cgroup = makeCgroup(run.cgroupParent, nameOf(run));
}

/** For the guard whose keeper has died: the group that the keeper made, if it came that far. */
export function findOwnCgroup(run: Run): void {
  if (run.cgroupParent !== null) run.cgroup = openCgroup(`${run.cgroupParent}/${nameOf(run)}`);
}

/** Takes the group away, with what is still in it. */
export function removeOwnCgroup(run: Run): void {
  if (run.cgroup !== null) endCgroup(run.cgroup);
  run.cgroup = null;
}

function nameOf(run: Run): string {
  return RUN_GROUP + run.id;
}
