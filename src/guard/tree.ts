/**
 * The end of a hook's whole tree. Everything that the hook forked is in its cgroup, where there is one, and falls to this
 * process as a subreaper when its parent dies; so the tree has ended when this process has no children left.
 */

import { type Cgroup, cgroupProcesses, killCgroup } from "../linux/cgroup.ts";
import { monotonicMs, sleep } from "../linux/clock.ts";
import { LinuxError } from "../linux/error.ts";
import { children, hasChildren } from "../linux/lineage.ts";
import { getpgid, kill } from "../linux/process.ts";
import { SIGNAL } from "../linux/signal.ts";
import { type Waited, wait } from "../linux/wait.ts";

const SHORTEST_NAP = 0.1;
const LONGEST_NAP = 3;

/** Asks every process of the tree that can be found to end; a stopped one is woken so that it hears. */
export function terminateTree(hook: number, cgroup: Cgroup | null): void {
  const members = new Set(cgroup === null ? [] : cgroupProcesses(cgroup));
  for (const pid of children(hook)) members.add(pid);
  signal(-hook, SIGNAL.TERM);
  signal(-hook, SIGNAL.CONT);
  for (const pid of members) {
    if (pid <= 1) continue;
    signal(pid, SIGNAL.TERM);
    signal(pid, SIGNAL.CONT);
  }
}

/**
 * Kills until no child is left, or until `until` (monotonic clock). `reaped` is told of each that ended. Returns whether
 * the tree has ended.
 */
export function killTree(
  hook: number,
  cgroup: Cgroup | null,
  until: number,
  reaped: (process: Waited) => void,
): boolean {
  const ownGroup = getpgid(0);
  for (let nap = SHORTEST_NAP; ; nap = Math.min(nap * 2, LONGEST_NAP)) {
    if (cgroup !== null) killCgroup(cgroup);
    reapAll(reaped);
    if (!hasChildren()) return true;
    // A group is killed in one step, which a fork bomb cannot outrun; sessions and groups below are found by their leaders.
    for (const pid of children(hook)) {
      const group = groupOf(pid);
      if (group > 1 && group !== ownGroup) signal(-group, SIGNAL.KILL);
      signal(pid, SIGNAL.KILL);
    }
    reapAll(reaped);
    if (!hasChildren()) return true;
    if (monotonicMs() >= until) return false;
    sleep(nap);
  }
}

/** Takes note of every child that has ended. */
function reapAll(reaped: (process: Waited) => void): void {
  for (let ended = wait(-1, true); ended !== null; ended = wait(-1, true)) reaped(ended);
}

function groupOf(pid: number): number {
  try {
    return getpgid(pid);
  } catch {
    return 0;
  }
}

/** It may have ended in the meantime, or be beyond our rights; the next round shows. */
function signal(pid: number, number: number): void {
  try {
    kill(pid, number);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
  }
}
