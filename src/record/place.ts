/**
 * Where the recorder lives: a directory on a bpffs with the names of its programs, maps and links, and a file that is
 * locked around every change. A process that is killed gives the lock back, and what it had not pinned yet is gone.
 */

import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { lock } from "../linux/lock.ts";
import { O, open } from "../linux/open.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface RecorderPlace {
  /** The directory of the pins. Its parent is on a bpffs. */
  readonly pins: string;
  readonly lock: string;
}

const PINS = "/sys/fs/bpf/hookwright";

/** The recorder of the machine, or of a test that has mounted a bpffs of its own. */
export function recorderPlace(roots: Roots, pins = PINS): RecorderPlace {
  return { pins, lock: `${roots.run}/recorder` };
}

/** Runs `work` while nobody else loads, registers or gives back. */
export function withRecorderLock<T>(place: RecorderPlace, work: () => T): T {
  const fd = openLock(place);
  try {
    lock(fd, "exclusive");
    return work();
  } finally {
    close(fd);
  }
}

function openLock(place: RecorderPlace): number {
  const flags = O.RDWR | O.CREAT | O.NOFOLLOW;
  try {
    try {
      return open(place.lock, flags, 0o600);
    } catch (error) {
      if (!failedWith(error, "ENOENT")) throw error;
    }
    mkdirAll(place.lock.slice(0, place.lock.lastIndexOf("/")), 0o755);
    return open(place.lock, flags, 0o600);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("recorder_unwritable", `lock the recorder: ${error.message}`, {
      hint: "run it as root, or with --root for a directory of your own",
      cause: error,
    });
  }
}
