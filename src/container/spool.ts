/**
 * The spool of a container with startContainer hooks: a file that the guard in the container appends its records to, on
 * a tmpfs of its own, so whatever runs there can fill 64 KiB and no more. The guard's `collect` takes it away at poststop.
 */

import { close } from "../linux/descriptor.ts";
import { mkdirAll, rmdir } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { fchmod } from "../linux/inode.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { MS, mount, unmount } from "../linux/mount.ts";
import { O, open } from "../linux/open.ts";
import { lstatIfThere } from "../linux/stat.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

const OPTIONS = "size=64k,nr_inodes=8,mode=0755";

/**
 * Makes `hostDir` with an empty file `events` in it that the container's user may write to. One that is there already is
 * kept, with its content unless `fresh`. Returns whether it was made. Throws `Failure` `spool_unavailable`.
 */
export function provideSpool(roots: Roots, hostDir: string, fresh: boolean): boolean {
  try {
    const made = makeDirectory(roots, hostDir);
    const flags = O.WRONLY | O.CREAT | O.NOFOLLOW | O.NONBLOCK | (fresh ? O.TRUNC : 0);
    const fd = open(`${hostDir}/events`, flags, 0o622);
    fchmod(fd, 0o622);
    close(fd);
    return made;
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("spool_unavailable", `make the event spool ${hostDir}: ${error.message}`, {
      exitCode: EXIT.own,
      cause: error,
    });
  }
}

/** Takes a spool away: a tmpfs, or a directory with one file; without the directory it is mounted nowhere else. Never throws. */
export function dropSpool(hostDir: string): void {
  const steps = [
    () => unmount(hostDir, true),
    () => unlinkIfThere(`${hostDir}/events`),
    () => rmdir(hostDir),
  ];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      // A spool without a container is swept away by the next `apply`.
      if (!(error instanceof LinuxError)) throw error;
    }
  }
}

function makeDirectory(roots: Roots, hostDir: string): boolean {
  const there = lstatIfThere(hostDir);
  if (there?.mountRoot) return false;
  if (there === null) {
    mkdirAll(roots.run, 0o755);
    mkdirAll(roots.spool, 0o711);
    mkdirAll(hostDir, 0o755);
  }
  try {
    mount("hookwright-spool", hostDir, "tmpfs", MS.NOSUID | MS.NODEV | MS.NOEXEC, OPTIONS);
  } catch (error) {
    // Without the right to mount (rootless) a plain file must do: the user can only fill what is the user's own.
    if (!failedWith(error, "EPERM")) throw error;
  }
  return true;
}
