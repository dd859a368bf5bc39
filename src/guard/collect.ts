/**
 * `hookwright-guard collect SPOOL PLAN`, the first poststop hook of a container that had startContainer hooks: brings
 * their records to the log and takes the spool away. It never stops anything: its exit status is always 0.
 */

import { dropSpool } from "../container/spool.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { hostName } from "../linux/uts.ts";
import { variable } from "../spec/environment.ts";
import { rootsAt } from "../spec/roots.ts";
import { parseCollectCall } from "./call.ts";
import { noteDropped } from "./dropped.ts";
import { spoolKey } from "./place.ts";
import { DEFAULT_SINKS, leave } from "./record.ts";
import { verified } from "./spool.ts";

/** Twice what the tmpfs holds. */
const MAX_SPOOL_BYTES = 128 * 1024;

/** Throws `Failure` `usage` for a call that no injector writes; everything else is counted and passed over. */
export function collect(argv: readonly string[], env: readonly string[]): number {
  const call = parseCollectCall(argv);
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  const key = spoolKey(env);
  const name = call.spool.slice(call.spool.lastIndexOf("/") + 1);
  // Only a directory of ours is read, unmounted and removed, whatever the arguments say.
  if (call.spool !== `${roots.spool}/${name}` || name === "" || name === "." || name === "..") return 0;
  const text = soft(() => readSpool(`${call.spool}/events`));
  if (text !== undefined && key !== undefined) {
    const { events, bad } = verified(key, text);
    const host = hostName();
    for (const event of events) Object.assign(event, { host, spooled: true });
    if (bad > 0) noteDropped(roots, bad);
    if (events.length > 0) leave({ roots, inside: false }, DEFAULT_SINKS, events);
  }
  dropSpool(call.spool);
  return 0;
}

function readSpool(path: string): string {
  const fd = openIfThere(AT_FDCWD, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  if (fd === null) return "";
  try {
    return (fstat(fd).mode & TYPE.mask) === TYPE.file ? decode(readToEnd(fd, MAX_SPOOL_BYTES)) : "";
  } finally {
    close(fd);
  }
}

function soft<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  }
}
