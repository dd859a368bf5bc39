/** Reading the content of a regular file that a walk has seen: it must still be the same file, and no link is followed. */

import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { O, openAt } from "../linux/open.ts";
import { SHA256_STATE, sha256 } from "../linux/primitive.ts";
import { read } from "../linux/read.ts";
import { fstat, sameFile } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import { withAccess } from "./access.ts";
import type { Place } from "./tree-walk.ts";

const PIECE = 256 * 1024;
const piece = new Uint8Array(PIECE);

/** Runs `work` with a descriptor on the file. Throws `Failure` `file_changed` when another has taken its place. */
export function withContent<T>(place: Place, work: (fd: number) => T): T {
  return withAccess(place, 0o400, () => {
    const fd = openSame(place);
    try {
      return work(fd);
    } finally {
      close(fd);
    }
  });
}

/** SHA-256 of the file's content, 32 bytes. */
export function hashContent(place: Place): Uint8Array {
  return withContent(place, (fd) => {
    let count = read(fd, piece);
    if (count < PIECE) return sha256(piece.subarray(0, readOn(fd, count)));
    const state = new Uint8Array(SHA256_STATE);
    let digest = sha256(piece, state);
    do {
      count = readOn(fd, 0);
      digest = sha256(piece.subarray(0, count), state);
    } while (count === PIECE);
    return digest;
  });
}

/** Fills `piece` from `filled` on, up to its end or the file's; returns how much it holds. */
function readOn(fd: number, filled: number): number {
  let held = filled;
  while (held < PIECE) {
    const count = read(fd, held === 0 ? piece : piece.subarray(held));
    if (count === 0) break;
    held += count;
  }
  return held;
}

function openSame(place: Place): number {
  let fd: number;
  try {
    fd = openAt(place.dir, place.name, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  } catch (error) {
    if (failedWith(error, "ELOOP", "ENXIO", "ENOENT")) throw fileChanged(place.path);
    throw error;
  }
  if (sameFile(fstat(fd), place.stat)) return fd;
  close(fd);
  throw fileChanged(place.path);
}

/** Somebody changed the file at `path` (a byte string) while it was being read. */
export function fileChanged(path: string): Failure {
  return new Failure("file_changed", `read ${JSON.stringify(path)}: it was changed at the same time`, {
    hint: "Stop what writes to the root file system, and try again.",
  });
}
