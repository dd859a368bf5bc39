/**
 * Control groups, version 2 only: a child group of the own one holds a process with all that it will ever fork, and kills
 * them in one write. Where the host lacks something, the answer is null or false; the caller has another way.
 */

import { sleep } from "./clock.ts";
import { close } from "./descriptor.ts";
import { mkdir, rmdir } from "./directory.ts";
import { failedWith, LinuxError } from "./error.ts";
import { O, open } from "./open.ts";
import { readTextIfThere } from "./read.ts";
import { FILE_SYSTEM, statfs } from "./statfs.ts";
import { writeControl } from "./write.ts";

/** A child group; `fd` is its directory, close-on-exec. */
export interface Cgroup {
  readonly path: string;
  readonly fd: number;
}

const LIMIT = 64 * 1024;

/** Where version 2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified on a hybrid host; null when it is not. */
export function cgroupMount(): string | null {
  for (const point of ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]) {
    try {
      if (statfs(point).type === FILE_SYSTEM.cgroup2) return point;
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
    }
  }
  return null;
}

/** Path of a process's group below the mount, such as `/system.slice/x.service`; null when /proc does not tell. */
export function cgroupOf(pid: number | "self" = "self"): string | null {
  const text = readTextIfThere(`/proc/${pid}/cgroup`, LIMIT);
  if (text === null) return null;
  for (const line of text.split("\n")) {
    if (line.startsWith("0::")) return line.slice(3);
  }
  return null;
}

/**
 * Directory of the own group; null without version 2, or when the group lies outside of what this cgroup namespace
 * shows (`/../…`).
 */
export function ownCgroup(): string | null {
  const point = cgroupMount();
  if (point === null) return null;
  const path = cgroupOf();
  if (path === null || path.startsWith("/..")) return null;
  return path === "/" ? point : point + path;
}

/** Makes the group `name` below the directory `parent`; null when the host does not let us, or it exists. */
export function makeCgroup(parent: string, name: string): Cgroup | null {
  const path = `${parent}/${name}`;
  try {
    mkdir(path);
  } catch (error) {
    if (error instanceof LinuxError) return null;
    throw error;
  }
  const group = openCgroup(path);
  if (group === null) rmdir(path);
  return group;
}

/** The group whose directory is `path`; null when there is none, or the host does not let us. */
export function openCgroup(path: string): Cgroup | null {
  return soft(() => ({ path, fd: open(path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW) }));
}

/** Moves a process (0: the caller) with all its threads into the group; false when the host does not let us. */
export function joinCgroup(group: Cgroup, pid = 0): boolean {
  return control(group, "cgroup.procs", String(pid));
}

/** Kills every process of the group and of groups below it, at once; false before Linux 5.14. */
export function killCgroup(group: Cgroup): boolean {
  return control(group, "cgroup.kill", "1");
}

/** Whether a process, a zombie not counted, is in the group or below it; null when the group is gone. */
export function isPopulated(group: Cgroup): boolean | null {
  const text = soft(() => readTextIfThere("cgroup.events", LIMIT, group.fd));
  return text === null ? null : text.includes("populated 1");
}

/** Pids of the processes in the group itself; empty when it is gone. */
export function cgroupProcesses(group: Cgroup): number[] {
  const text = soft(() => readTextIfThere("cgroup.procs", LIMIT, group.fd)) ?? "";
  const pids: number[] = [];
  for (const line of text.split("\n")) if (line !== "") pids.push(Number(line));
  return pids;
}

/** A close-on-exec descriptor that polls POLL.PRI whenever `isPopulated` may have changed; null when the group is gone. */
export function openCgroupEvents(group: Cgroup): number | null {
  return soft(() => open(`${group.path}/cgroup.events`, O.RDONLY));
}

/** Closes and removes the group. False while it is in use: it stays then, and only the descriptor is closed. */
export function removeCgroup(group: Cgroup): boolean {
  close(group.fd);
  try {
    rmdir(group.path);
    return true;
  } catch (error) {
    if (failedWith(error, "ENOENT")) return true;
    if (error instanceof LinuxError) return false;
    throw error;
  }
}

/**
 * Closes and removes the group. Without processes it goes at once; one that is still in use is killed, and goes when its processes
 * have: that is waited for, 16 ms at most. False when it is still there then.
 */
export function endCgroup(group: Cgroup): boolean {
  let gone = removeCgroup(group);
  for (let nap = 0.5; !gone && nap <= 8; nap *= 2) {
    const again = openCgroup(group.path);
    if (again === null) return true;
    killCgroup(again);
    gone = removeCgroup(again);
    if (!gone) sleep(nap);
  }
  return gone;
}

function control(group: Cgroup, file: string, value: string): boolean {
  const done = soft(() => {
    writeControl(file, value, group.fd);
    return true;
  });
  return done ?? false;
}

function soft<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof LinuxError) return null;
    throw error;
  }
}
