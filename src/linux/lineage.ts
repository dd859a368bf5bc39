/** The children that a process has, also the orphans that fell to it as a subreaper, with or without /proc. */

import { check } from "./error.ts";
import { readlink } from "./link.ts";
import { scratch } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";
import { exit, getpid } from "./process.ts";
import { readTextIfThere } from "./read.ts";
import { SIGNAL } from "./signal.ts";
import { wait } from "./wait.ts";

const P_ALL = 0;
const P_PID = 1;
/** WNOHANG | WEXITED | WNOWAIT | __WALL: looks, and takes nothing away. */
const LOOK = 1 | 4 | 0x0100_0000 | 0x4000_0000;
const ECHILD = 10;
const MAX_CHILDREN_BYTES = 1024 * 1024;
const MAX_SCAN = 65536;

/** Whether this process has any child, dead ones that nobody waited for included. */
export function hasChildren(): boolean {
  const result = syscall(nr.waitid, P_ALL, 0, scratch, LOOK, 0);
  return result !== -ECHILD && check(result, "waitid") === 0;
}

/** Whether `pid` is a child of this process. */
function isChild(pid: number): boolean {
  return syscall(nr.waitid, P_PID, pid, scratch, LOOK, 0) === 0;
}

/**
 * Pids of the children. From /proc where that shows this pid namespace; else every pid is asked about, from `oldest`
 * (that of the first child ever) to the newest of the namespace.
 */
export function children(oldest: number): number[] {
  const own = getpid();
  const text = ownProc(own) ? readTextIfThere(`/proc/self/task/${own}/children`, MAX_CHILDREN_BYTES) : null;
  if (text === null) return scan(oldest);
  return text.split(" ").filter(Boolean).map(Number);
}

function ownProc(pid: number): boolean {
  try {
    return readlink("/proc/self") === String(pid);
  } catch {
    return false;
  }
}

function scan(oldest: number): number[] {
  const found: number[] = [];
  const newest = newestPid(oldest);
  // Pids that wrapped around are below: look at those too, as far as is sensible.
  const ranges: [number, number][] =
    newest >= oldest
      ? [[oldest, newest]]
      : [
          [2, newest],
          [oldest, oldest + MAX_SCAN],
        ];
  for (const [first, last] of ranges) {
    for (let pid = Math.max(first, last - MAX_SCAN); pid <= last; pid++) if (isChild(pid)) found.push(pid);
  }
  return found;
}

/** Pids are given out in order, so a new child has the highest one. */
function newestPid(fallback: number): number {
  const pid = syscall(nr.clone, SIGNAL.CHLD, 0, 0, 0, 0);
  if (pid === 0) exit(0);
  if (pid < 0) return fallback + MAX_SCAN;
  wait(pid);
  return pid;
}
