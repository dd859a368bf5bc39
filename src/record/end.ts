/**
 * The end of a container that no hook announces: Podman keeps poststop hooks out of config.json, and the hooks.d file of
 * oci-seccomp-bpf-hook lists none. A process of ours stays then, asleep, until the container's first one has ended. Should
 * a poststop hook come after all, the profile is that one's to write.
 */

import { monotonicMs, sleep } from "../linux/clock.ts";
import { closeRange, duplicateTo } from "../linux/descriptor.ts";
import { chdir } from "../linux/directory.ts";
import { O, open } from "../linux/open.ts";
import { pidfdOpen } from "../linux/pidfd.ts";
import { POLL, ready } from "../linux/poll.ts";
import { exit, fork, setsid } from "../linux/process.ts";
import { exists } from "../linux/stat.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { complainToLog } from "./complain.ts";

/** Milliseconds that a poststop hook has before it is taken for one that does not come. */
const GRACE = 1000;
const LOOK_EVERY = 20;

/** Returns at once; `finish` runs when the process `pid` has ended and the session at `path` is still there. */
export async function atEndOf(pid: number, path: string, finish: () => Promise<unknown>): Promise<void> {
  const process = pidfdOpen(pid);
  if (fork() !== 0) return;
  try {
    setsid();
    detach(process);
    ready(PROCESS, POLL.IN, Number.POSITIVE_INFINITY);
    for (const until = monotonicMs() + GRACE; monotonicMs() < until && exists(path); ) sleep(LOOK_EVERY);
    if (exists(path)) await finish();
    exit(EXIT.ok);
  } catch (error) {
    if (error instanceof Failure) complainToLog(error);
    exit(EXIT.own);
  }
}

const PROCESS = 3;

/** A runtime waits until nobody has its hook's output open any more, and a directory that is in use cannot be unmounted. */
function detach(process: number): void {
  if (process !== PROCESS) duplicateTo(process, PROCESS);
  const nothing = open("/dev/null", O.RDWR);
  for (const fd of [0, 1, 2]) duplicateTo(nothing, fd);
  closeRange(PROCESS + 1);
  chdir("/");
}
