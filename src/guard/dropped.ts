/**
 * Records that could not be written are counted in a file of one byte each, on another file system than the log where
 * there is one (/run); the next record that gets through takes the count along.
 */

import { close } from "../linux/descriptor.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { getpid } from "../linux/process.ts";
import { exists, lstatIfThere } from "../linux/stat.ts";
import { writeSome } from "../linux/write.ts";
import type { Roots } from "../spec/roots.ts";

/** Counts as full beyond this: the number no longer matters. */
const MOST = 65536;

/** Adds to the count. Never throws. */
export function noteDropped(roots: Roots, count: number): void {
  try {
    const fd = open(fileOf(roots), O.WRONLY | O.APPEND | O.CREAT | O.NOFOLLOW | O.NONBLOCK, 0o600);
    writeSome(fd, new Uint8Array(Math.min(count, MOST)));
    close(fd);
  } catch {
    // Nowhere left to count; the container goes on.
  }
}

/** Takes the count away, so that one record reports it; 0 when nothing was dropped. */
export function takeDropped(roots: Roots): number {
  const mine = `${fileOf(roots)}.${getpid()}`;
  // As a rule there is none: a look is cheaper than an error.
  if (!exists(fileOf(roots)) || !taken(fileOf(roots), mine)) return 0;
  const count = lstatIfThere(mine)?.size ?? 0;
  unlinkIfThere(mine);
  return count;
}

function taken(path: string, mine: string): boolean {
  try {
    rename(path, mine);
    return true;
  } catch {
    return false;
  }
}

function fileOf(roots: Roots): string {
  return `${roots.run}/dropped`;
}
