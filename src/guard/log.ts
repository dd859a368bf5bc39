/**
 * The event log: each record is one append of one line, opened anew each time, so a rotation by rename never loses one.
 * The directory and the file must be such that nobody but root could have put them there, or a record could be written
 * through a link to anywhere.
 */

import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { AT_FDCWD, O, openAt, openIfThere } from "../linux/open.ts";
import { encode } from "../linux/primitive.ts";
import { geteuid } from "../linux/process.ts";
import { fstat, type Stat, TYPE } from "../linux/stat.ts";
import { writeSome } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import type { EventSinks } from "../spec/plan.ts";
import { rotate } from "./rotate.ts";

export const LOG_NAME = "events.jsonl";

/** How often a record is written again when its file was rotated out of existence meanwhile. */
const TRIES = 3;

/**
 * Appends lines (each with its newline) by one write. Throws `Failure` `log_untrusted`, `log_short`, or LinuxError;
 * the caller counts it and goes on.
 */
export function appendLines(dir: string, lines: string, sinks: Pick<EventSinks, "maxBytes" | "keep">): void {
  const bytes = encode(lines);
  const fd = openLogDirectory(dir);
  try {
    for (let tries = 0; tries < TRIES; tries++) if (appendOnce(fd, dir, bytes, sinks)) return;
  } finally {
    close(fd);
  }
}

/** False when the file was removed while it was written to. */
function appendOnce(
  dir: number,
  path: string,
  bytes: Uint8Array,
  sinks: Pick<EventSinks, "maxBytes" | "keep">,
): boolean {
  // O_NONBLOCK: a fifo in the log's place must not block; it is refused below.
  const flags = O.WRONLY | O.APPEND | O.CREAT | O.NOFOLLOW | O.NONBLOCK;
  let fd = openAt(dir, LOG_NAME, flags, 0o640);
  try {
    const before = check(fstat(fd), TYPE.file, `${path}/${LOG_NAME}`);
    if (before.size > 0 && before.size + bytes.length > sinks.maxBytes && rotate(dir, before, sinks.keep)) {
      close(fd);
      fd = openAt(dir, LOG_NAME, flags, 0o640);
      check(fstat(fd), TYPE.file, `${path}/${LOG_NAME}`);
    }
    const written = writeSome(fd, bytes);
    if (written !== bytes.length) {
      // End the torn line, so that the next record does not become part of it.
      if (written !== null && written > 0) writeSome(fd, encode("\n"));
      throw new Failure(
        "log_short",
        `append to ${path}/${LOG_NAME}: only ${written ?? 0} of ${bytes.length} bytes went in`,
      );
    }
    return fstat(fd).links > 0;
  } finally {
    close(fd);
  }
}

function openLogDirectory(path: string): number {
  const flags = O.RDONLY | O.DIRECTORY | O.NOFOLLOW;
  let fd = openIfThere(AT_FDCWD, path, flags);
  if (fd === null) {
    mkdirAll(path.slice(0, path.lastIndexOf("/")), 0o755);
    mkdirAll(path, 0o750);
    fd = openAt(AT_FDCWD, path, flags);
  }
  try {
    check(fstat(fd), TYPE.directory, path);
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

function check(found: Stat, type: number, path: string): Stat {
  const wrong = (what: string) =>
    new Failure("log_untrusted", `append to the event log: ${path} ${what}`, {
      hint: "the log and its directory belong to root, and only root may write them",
    });
  if ((found.mode & TYPE.mask) !== type)
    throw wrong(type === TYPE.file ? "is not a regular file" : "is not a directory");
  if (found.uid !== 0 && found.uid !== geteuid()) throw wrong(`belongs to uid ${found.uid}`);
  if ((found.mode & 0o022) !== 0) throw wrong("is writable by others than its owner");
  if (type === TYPE.file && found.links > 1) throw wrong("has a second name");
  return found;
}
