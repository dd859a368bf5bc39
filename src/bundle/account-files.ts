/**
 * The passwd and group files of an unpacked root file system. Links in it are followed as a process in the container would
 * follow them, so none leads to a file of the host; what is no regular file is refused, so nothing waits for a FIFO.
 */

import { close } from "../linux/descriptor.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { O, open, openIn, RESOLVE } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import type { AccountFiles } from "../rules/image/user.ts";
import { Failure } from "../spec/failure.ts";

const LIMIT = 16 * 1024 * 1024;

/** Reads the files of the root file system at a path; what is missing is left out. Throws `Failure` `account_file`. */
export function readAccountFiles(rootfs: string): AccountFiles {
  let root: number;
  try {
    root = open(rootfs, O.PATH | O.DIRECTORY);
  } catch (error) {
    if (failedWith(error, "ENOENT", "ENOTDIR")) return {};
    throw unreadable(rootfs, error);
  }
  try {
    const passwd = readIn(root, "etc/passwd");
    const group = readIn(root, "etc/group");
    return { ...(passwd !== undefined && { passwd }), ...(group !== undefined && { group }) };
  } finally {
    close(root);
  }
}

function readIn(root: number, path: string): string | undefined {
  try {
    const fd = openIn(root, path, O.RDONLY | O.NONBLOCK, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS);
    try {
      const { mode, size } = fstat(fd);
      if ((mode & TYPE.mask) !== TYPE.file) {
        throw new Failure("account_file", `read /${path} of the image: it is no regular file`, {
          hint: "The image is broken, or made to mislead.",
        });
      }
      return decode(readToEnd(fd, LIMIT, size, path));
    } finally {
      close(fd);
    }
  } catch (error) {
    if (failedWith(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw unreadable(`/${path} of the image`, error);
  }
}

function unreadable(what: string, error: unknown): unknown {
  if (!(error instanceof LinuxError)) return error;
  return new Failure("account_file", `read ${what}: ${error.message}`, { cause: error });
}
