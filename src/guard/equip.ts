/** What the hook is given to run with: its program, checked, the state on a descriptor, a place for its cgroup. */

import { close, pipe, setPipeSize } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { createMemfd, sealMemfd } from "../linux/memfd.ts";
import { pwrite, writeSome } from "../linux/write.ts";
import type { Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import { chooseCgroup } from "./own-cgroup.ts";
import { asFailure } from "./prepare.ts";
import { loadProgram } from "./program.ts";
import type { Run } from "./run.ts";

/** Fills in the run's program and stdin, and where its cgroup goes; returns why that cannot be done. */
export function equip(run: Run, entry: Entry, state: Uint8Array): Failure | undefined {
  try {
    run.program = loadProgram(run.call, entry, run.place);
    run.stdin = stateDescriptor(state);
    chooseCgroup(run);
    return undefined;
  } catch (error) {
    return asFailure(error);
  }
}

/** The state where no reader can hold us up: a sealed memfd, or a pipe that has room for all of it. */
function stateDescriptor(state: Uint8Array): number {
  try {
    const fd = createMemfd("state", false);
    pwrite(fd, state, 0);
    sealMemfd(fd);
    return fd;
  } catch (error) {
    if (!failedWith(error, "EACCES", "EPERM", "ENOSYS")) throw error;
  }
  const ends = pipe(true);
  if (state.length > 0) setPipeSize(ends.write, state.length);
  writeSome(ends.write, state);
  close(ends.write);
  return ends.read;
}
