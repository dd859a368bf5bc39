/** Finding a directory again by its path below an open one, without following a link. */

import { bytesOfString } from "../codec/byte-string.ts";
import { close } from "../linux/descriptor.ts";
import { O, openAt, openIn, RESOLVE } from "../linux/open.ts";
import { geteuid } from "../linux/process.ts";
import { lstat } from "../linux/stat.ts";
import { withAccess } from "./access.ts";
import { kernelName } from "./kernel-name.ts";

const RESOLUTION = RESOLVE.BENEATH | RESOLVE.NO_SYMLINKS;
/** The kernel takes 4,096 bytes at once. */
const LONGEST = 4000;

/** Runs `work` with a descriptor (O_PATH) on the directory at `path`, a byte string; empty is `root` itself. */
export function withDirectory<T>(root: number, path: string, work: (dir: number) => T): T {
  if (path === "") return work(root);
  // Who is not root may have to open directories that their own mode closes.
  if (geteuid() !== 0) return stepByStep(root, path.split("/"), work);
  const dir = openBelow(root, path);
  try {
    return work(dir);
  } finally {
    close(dir);
  }
}

function openBelow(root: number, path: string): number {
  const flags = O.PATH | O.DIRECTORY;
  if (path.length <= LONGEST) return openIn(root, bytesOfString(path), flags, RESOLUTION);
  const cut = path.lastIndexOf("/", LONGEST);
  const middle = openIn(root, bytesOfString(path.slice(0, cut)), flags, RESOLUTION);
  try {
    return openBelow(middle, path.slice(cut + 1));
  } finally {
    close(middle);
  }
}

/** Through directories whose mode closes them to their own owner. */
function stepByStep<T>(dir: number, [first, ...rest]: readonly string[], work: (dir: number) => T): T {
  if (first === undefined) return work(dir);
  const name = kernelName(first);
  const place = { dir, name, path: first, stat: lstat(name, dir) };
  return withAccess(place, 0o700, () => {
    const next = openAt(dir, name, O.PATH | O.DIRECTORY | O.NOFOLLOW);
    try {
      return stepByStep(next, rest, work);
    } finally {
      close(next);
    }
  });
}
