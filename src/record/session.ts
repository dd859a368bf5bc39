/**
 * A recording between a container's creation and its end: a file below /run that says what was registered, how to read
 * it and where the profile goes, for the hook that comes at the end. Gone after a reboot, as the recorder is.
 */

import { hexOf } from "../codec/hex.ts";
import { mkdirAll } from "../linux/directory.ts";
import { failedWith } from "../linux/error.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import { readTextIfThere } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import type { Recording, RecordOptions } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import type { Destination } from "./destination.ts";
import type { Registration } from "./registration.ts";

const MAX_BYTES = 64 * 1024;

export interface Session {
  version: 1;
  registration: Registration;
  options: RecordOptions;
  run: Pick<Recording, "container" | "noNewPrivileges" | "boundary" | "started">;
  destination: Destination;
}

/** Where the session of a container is kept: named by a digest, so an id that is hostile names nothing else. */
export function sessionPath(roots: Roots, id: string, bundle: string): string {
  return `${roots.recordings}/${hexOf(sha256(encode(`${id}\0${bundle}`)).subarray(0, 16))}.json`;
}

/** Throws LinuxError. */
export function saveSession(roots: Roots, path: string, session: Session): void {
  mkdirAll(roots.run, 0o755);
  mkdirAll(roots.recordings, 0o700);
  replaceFile(path, `${JSON.stringify(session)}\n`);
}

/** Null when this container is not recorded. */
export function readSession(path: string): Session | null {
  const text = readTextIfThere(path, MAX_BYTES);
  return text === null ? null : (JSON.parse(text) as Session);
}

/** As `readSession`, for whoever ends the recording: of several that come, one gets it. It is kept at `takenPath` until dropped. */
export function takeSession(path: string): Session | null {
  try {
    rename(path, takenPath(path));
  } catch (error) {
    if (failedWith(error, "ENOENT")) return null;
    throw error;
  }
  return readSession(takenPath(path));
}

export function takenPath(path: string): string {
  return `${path}.ending`;
}

export function dropSession(path: string): void {
  unlinkIfThere(path);
}
