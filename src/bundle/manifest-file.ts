/** The mtree manifest of a bundle: `sha256_<hex>.mtree`, after the image manifest that was unpacked. */

import { userInfo } from "node:os";
import type { TreeFile } from "../codec/mtree/file.ts";
import { type Manifest, readManifest } from "../codec/mtree/read.ts";
import { writeManifest } from "../codec/mtree/write.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { geteuid } from "../linux/process.ts";
import { randomHex } from "../linux/random.ts";
import { readFile } from "../linux/read.ts";
import { hostName } from "../linux/uts.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";

/** Millions of files. */
const LIMIT = 4 * 1024 * 1024 * 1024 - 1;
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Where the manifest lies for an image whose manifest has the digest `sha256:…`. */
export function manifestPath(bundle: string, digest: string): string {
  return `${bundle}/${digest.replace(":", "_")}.mtree`;
}

/** Reads a manifest. Throws `Failure` `mtree` or `mtree_unreadable`; `what` begins its message. */
export function readManifestFile(path: string, what: string): Manifest {
  try {
    const { buffer, byteOffset, length } = readFile(path, LIMIT);
    return readManifest(Buffer.from(buffer, byteOffset, length).toString("latin1"));
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    const said = error.code === "ENOENT" ? `open ${path}: no such file or directory` : error.message;
    throw new Failure("mtree_unreadable", `${what}: ${said}`, {
      hint: "Give a bundle that was made by unpack.",
      cause: error,
    });
  }
}

/** Writes the manifest of `root`, the root file system at `tree`, in one step. Throws LinuxError. */
export function writeManifestFile(path: string, root: TreeFile, tree: string): void {
  const temporary = `${path}.${randomHex(6)}`;
  const fd = open(temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o644);
  try {
    const head = { user: userName(), machine: hostName(), tree, date: dateText(new Date()) };
    writeManifest(root, head, (piece) => write(fd, piece));
    rename(temporary, path);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  } finally {
    close(fd);
  }
}

/** Of the caller; the number of one whom the host's accounts do not have. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(geteuid());
  }
}

/** `Tue Nov 24 23:07:57 2026`, in local time. */
function dateText(date: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, "0"));
  const day = `${WEEKDAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${date.getDate()}`;
  return `${day} ${time.join(":")} ${date.getFullYear()}`;
}
