/**
 * The cgroup of a run. The guard says where it will be before it forks; the keeper makes it. So whichever of the two is
 * killed, at whatever moment, the other knows the group by its name and takes it away.
 */

import { RUN_GROUP } from "../container/run-group.ts";
import { killCgroup, makeCgroup, openCgroup, ownCgroup, removeCgroup } from "../linux/cgroup.ts";
import { sleep } from "../linux/clock.ts";
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

/**
 * A group without processes goes at once; one that is still in use is killed, and goes when its processes have: that is waited for,
 * 16 ms at most.
 */
export function removeOwnCgroup(run: Run): void {
  if (run.cgroup === null) return;
  const { path } = run.cgroup;
  let gone = removeCgroup(run.cgroup);
  run.cgroup = null;
  for (let nap = 0.5; !gone && nap <= 8; nap *= 2) {
    const again = openCgroup(path);
    if (again === null) return;
    killCgroup(again);
    gone = removeCgroup(again);
    if (!gone) sleep(nap);
  }
}

function nameOf(run: Run): string {
  return RUN_GROUP + run.id;
}
