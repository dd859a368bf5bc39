/**
 * Why the recorder refuses or fails, for whoever started the container. runc shows what a hook says on standard error; crun
 * gives its hooks /dev/null, so there the words go to crun's own, which an engine keeps as the container's, and to syslog.
 */

import { LinuxError } from "../linux/error.ts";
import { pidfdDescriptor, pidfdOpen } from "../linux/pidfd.ts";
import { getppid } from "../linux/process.ts";
import { sendTo, unixSocket } from "../linux/socket.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { write } from "../linux/write.ts";
import type { Failure } from "../spec/failure.ts";

const STDERR = 2;
/** Major 1, minor 3. */
const NULL_DEVICE = 2 ** 20 + 3;
/** Facility daemon (3), severity error (3). */
const PRIORITY = "<27>";

export function complain(failure: Failure): void {
  const text = textOf(failure);
  write(STDERR, text);
  const { mode, represents } = fstat(STDERR);
  if ((mode & TYPE.mask) !== TYPE.characterDevice || represents !== NULL_DEVICE) return;
  softly(() => {
    write(pidfdDescriptor(pidfdOpen(getppid()), STDERR), text);
  });
  complainToLog(failure);
}

/** For a process that has nobody to speak to. */
export function complainToLog(failure: Failure): void {
  softly(() => {
    sendTo(unixSocket("datagram"), PRIORITY + textOf(failure).replaceAll("\n", " ").trimEnd(), "/dev/log");
  });
}

function textOf({ message, hint }: Failure): string {
  return `hookwright-record: ${message}${hint === undefined ? "" : `\n  ${hint}`}\n`;
}

/** Then the exit status must say it. */
function softly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
  }
}
