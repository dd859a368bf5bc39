/**
 * What is known of a container while it lives: a file below /run that says which plan its hooks come from, so `apply`
 * keeps what they need, and to which the guard adds the time that each hook took: all hooks of a container share a budget.
 */

import { hexOf } from "../codec/hex.ts";
import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { failedWith } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { AT_FDCWD, O, open, openIfThere } from "../linux/open.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import { readTextIfThere } from "../linux/read.ts";
import { appendTo } from "../linux/write.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";

/** Far more lines than hooks fit into a budget; a larger file is no record of ours. */
const MAX_RECORD_BYTES = 256 * 1024;

/** First line of the file. */
export interface ContainerRecord {
  id: string;
  /** As the runtime says it. */
  bundle: string;
  plan: Hex;
}

/** Each further line. */
export interface Spending {
  stage: Stage;
  hook: string;
  ms: number;
}

/** Name of a container's record and of its spool: 32 hex characters of SHA-256 over id, NUL, bundle. */
export function containerKey(id: string, bundle: string): string {
  return hexOf(sha256(encode(`${id}\0${bundle}`)).subarray(0, 16));
}

/**
 * The same for a container of which the guard runs a hook that came this way. The NRI plugin, which names the spool, does not know
 * the bundle.
 */
export function keyOf({ id, bundle }: { id: string; bundle: string }, via: string | undefined): string {
  return containerKey(id, via === "nri" ? via : bundle);
}

/**
 * Begins the record `key`: in the place of an earlier container's at create, or only where there is `none` yet, and then
 * EEXIST says that there is one. Throws LinuxError.
 */
export function beginRecord(
  roots: Roots,
  key: string,
  record: ContainerRecord,
  where: "anew" | "none",
): void {
  const path = recordPath(roots, key);
  const fd = openRecord(roots, path, where === "anew" ? O.TRUNC : O.EXCL);
  try {
    appendTo(fd, `${JSON.stringify(record)}\n`, path);
  } finally {
    close(fd);
  }
}

/** Takes the record away again, if it is there. */
export function dropRecord(roots: Roots, key: string): void {
  unlinkIfThere(recordPath(roots, key));
}

/** Where the record is; `key` is a digest, so an id that is hostile names nothing else. */
export function recordPath(roots: Roots, key: string): string {
  return `${roots.containers}/${key}.json`;
}

/** Milliseconds that the container's hooks have taken; 0 when nothing is recorded or it cannot be read. */
export function spentMs(path: string): number {
  try {
    const text = readTextIfThere(path, MAX_RECORD_BYTES);
    return text === null ? 0 : sumOf(text);
  } catch {
    return 0;
  }
}

/** Sum of the lines' `ms`; the first line and what is torn count nothing. */
export function sumOf(text: string): number {
  let sum = 0;
  for (let from = text.indexOf("\n") + 1; from > 0 && from < text.length; ) {
    const end = text.indexOf("\n", from);
    if (end < 0) break;
    sum += msOf(text.slice(from, end));
    from = end + 1;
  }
  return sum;
}

/** Adds a line to a record that exists. Never throws. */
export function spend(path: string, spending: Spending): void {
  try {
    const fd = openIfThere(AT_FDCWD, path, O.WRONLY | O.APPEND | O.NOFOLLOW | O.NONBLOCK);
    if (fd === null) return;
    try {
      appendTo(fd, `${JSON.stringify(spending)}\n`, path);
    } finally {
      close(fd);
    }
  } catch {
    // The budget is a bound on top of each hook's own; a full /run must not stop a container.
  }
}

function openRecord(roots: Roots, path: string, where: number): number {
  const flags = O.WRONLY | O.CREAT | O.NOFOLLOW | where;
  try {
    return open(path, flags, 0o600);
  } catch (error) {
    if (!failedWith(error, "ENOENT")) throw error;
    mkdirAll(roots.run, 0o755);
    mkdirAll(roots.containers, 0o700);
    return open(path, flags, 0o600);
  }
}

function msOf(line: string): number {
  try {
    const { ms } = JSON.parse(line) as { ms?: unknown };
    return typeof ms === "number" && ms > 0 ? ms : 0;
  } catch {
    return 0;
  }
}
