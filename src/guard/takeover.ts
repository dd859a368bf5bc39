/**
 * The keeper has died, or answers no more: by the kernel's OOM killer, or by a hook that was root and meant it. What is
 * left of the tree has fallen to the guard; it ends it, and leaves the records that are missing.
 */

import { monotonicMs } from "../linux/clock.ts";
import { close } from "../linux/descriptor.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { pread } from "../linux/read.ts";
import { fstat } from "../linux/stat.ts";
import { EXIT } from "../spec/failure.ts";
import { finish } from "./finish.ts";
import { LOG_NAME } from "./log.ts";
import { findOwnCgroup, removeOwnCgroup } from "./own-cgroup.ts";
import type { Run } from "./run.ts";
import { killTree } from "./tree.ts";
import type { Verdict } from "./verdict.ts";

/** How long the tree may take to die, milliseconds. */
const PATIENCE = 100;
/** How much of the log is searched: far more than is written while one hook runs. */
const SEARCHED = 512 * 1024;

/** Ends the tree, writes what the keeper did not; returns the exit status. `late`: the keeper had to be killed. */
export function takeOver(run: Run, late: boolean): number {
  let killed = 0;
  findOwnCgroup(run);
  const count = () => killed++;
  // The keeper's pid is as good as the hook's: all of the tree are younger.
  const gone = killTree(run.keeper, run.cgroup, monotonicMs() + PATIENCE, count);
  removeOwnCgroup(run);
  const seen = recordsOf(run);
  const verdict: Verdict = {
    result: late ? "timeout" : "error",
    reason: late ? "keeper_stopped" : "keeper_killed",
    message: late ? "the process that watched it did not answer" : "the process that watched it was killed",
    status: late ? EXIT.timeout : EXIT.own,
  };
  if (!gone) verdict.message += "; some of its processes do not end";
  if (seen.ended) return run.exitStatus(verdict);
  return finish(run, verdict, { killed, start: !seen.started });
}

/** Which records of the run the log has; a spool cannot be read from inside, so there the worst is assumed. */
function recordsOf(run: Run): { started: boolean; ended: boolean } {
  if (run.place.spool !== undefined) return { started: true, ended: false };
  try {
    const fd = openIfThere(
      AT_FDCWD,
      `${run.place.roots.log}/${LOG_NAME}`,
      O.RDONLY | O.NOFOLLOW | O.NONBLOCK,
    );
    if (fd === null) return { started: false, ended: false };
    const { size } = fstat(fd);
    const buffer = new Uint8Array(Math.min(size, SEARCHED));
    const text = decode(buffer.subarray(0, pread(fd, buffer, size - buffer.length)));
    close(fd);
    const has = (kind: string) => text.includes(`{"v":1,"kind":"${kind}","run":"${run.id}"`);
    return { started: has("start"), ended: has("end") };
  } catch {
    return { started: false, ended: false };
  }
}
