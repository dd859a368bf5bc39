/** One at a time may change plans and store: a lock that the kernel takes back from a process that dies. */

import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { LinuxError } from "../linux/error.ts";
import { lock, tryLock } from "../linux/lock.ts";
import { O, open } from "../linux/open.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

/**
 * Runs `work` while nobody else changes plans or store. Makes the directories. With `wait` false, throws `Failure`
 * `plan_locked` when somebody is at it.
 */
export function withPlanLock<T>(roots: Roots, work: () => T, wait = true): T {
  const fd = openLock(roots);
  try {
    if (wait) lock(fd, "exclusive");
    else if (!tryLock(fd, "exclusive")) {
      throw new Failure("plan_locked", `change the plans in ${roots.plans}: somebody else is at it`, {
        hint: "try again when the other command has ended",
      });
    }
    return work();
  } finally {
    close(fd);
  }
}

function openLock(roots: Roots): number {
  try {
    mkdirAll(roots.plans, 0o755);
    mkdirAll(roots.store, 0o755);
    return open(`${roots.state}/lock`, O.RDWR | O.CREAT | O.NOFOLLOW, 0o600);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("plan_unwritable", `change the plans in ${roots.plans}: ${error.message}`, {
      hint: "run it as root, or with --root for a directory of your own",
      cause: error,
    });
  }
}
