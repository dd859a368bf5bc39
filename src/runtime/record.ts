/**
 * What is known of a container while it lives: a file below /run that says which plan its hooks come from, so `apply`
 * keeps what they need, and to which the guard adds the time that each hook took. Begun anew at every create.
 */

import { hexOf } from "../codec/hex.ts";
import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { failedWith } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import { write } from "../linux/write.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

/** First line of the file. */
export interface ContainerRecord {
  id: string;
  /** As the runtime says it. */
  bundle: string;
  plan: Hex;
}

/** Name of a container's record and of its spool: 32 hex characters of SHA-256 over id, NUL, bundle. */
export function containerKey(id: string, bundle: string): string {
  return hexOf(sha256(encode(`${id}\0${bundle}`)).subarray(0, 16));
}

/** Begins the record `key`. Throws LinuxError. */
export function beginRecord(roots: Roots, key: string, record: ContainerRecord): void {
  const fd = openRecord(roots, recordPath(roots, key));
  try {
    write(fd, `${JSON.stringify(record)}\n`);
  } finally {
    close(fd);
  }
}

/** Takes the record away again, if it is there. */
export function dropRecord(roots: Roots, key: string): void {
  unlinkIfThere(recordPath(roots, key));
}

function recordPath(roots: Roots, key: string): string {
  return `${roots.containers}/${key}.json`;
}

function openRecord(roots: Roots, path: string): number {
  const flags = O.WRONLY | O.CREAT | O.TRUNC | O.NOFOLLOW;
  try {
    return open(path, flags, 0o600);
  } catch (error) {
    if (!failedWith(error, "ENOENT")) throw error;
    mkdirAll(roots.run, 0o755);
    mkdirAll(roots.containers, 0o700);
    return open(path, flags, 0o600);
  }
}
