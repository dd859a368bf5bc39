/** Replacing a file as a whole: readers, and a crash, see either the old file or the new one. */

import { ACL_XATTR } from "./acl.ts";
import { close } from "./descriptor.ts";
import { failedWith } from "./error.ts";
import { fchmod, fchown, fsync } from "./inode.ts";
import { rename, unlinkIfThere } from "./link.ts";
import { O, open } from "./open.ts";
import { decode } from "./primitive.ts";
import { randomHex } from "./random.ts";
import { lstatIfThere } from "./stat.ts";
import { write } from "./write.ts";
import { getXattrOf, getXattrOfLink, removeXattrOf, setXattrOf, xattrNamesOfLink } from "./xattr.ts";

export interface ReplaceOptions {
  /** Permission bits of the new file, whatever the umask; 0600 by default. */
  readonly mode?: number;
  /** Owner of the new file; the process's own by default. */
  readonly uid?: number;
  readonly gid?: number;
  /**
   * Take owner, mode, ACL and extended attributes of the file that is replaced, when there is one, over `mode`, `uid` and
   * `gid`.
   */
  readonly keep?: boolean;
  /** Wait until the file and its name are on the disk, so that it outlives a power cut. */
  readonly sync?: boolean;
}

const CURRENT_DIRECTORY = ".";

/**
 * Writes `data` to a temporary file beside `path` and renames it into place. A symbolic link at `path` is replaced, not
 * followed. The temporary file never outlives an error.
 */
export function replaceFile(path: string, data: Uint8Array | string, options: ReplaceOptions = {}): void {
  const slash = path.lastIndexOf("/");
  const parent = slash < 0 ? CURRENT_DIRECTORY : path.slice(0, slash + 1);
  const temporary = `${slash < 0 ? "" : parent}.${path.slice(slash + 1)}.${randomHex(6)}`;
  const old = options.keep ? lstatIfThere(path) : null;
  const fd = open(temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
  try {
    try {
      write(fd, data);
      const uid = old?.uid ?? options.uid ?? -1;
      const gid = old?.gid ?? options.gid ?? -1;
      if (uid !== -1 || gid !== -1) fchown(fd, uid, gid);
      // After the owner: chown clears set-id bits.
      fchmod(fd, (old?.mode ?? options.mode ?? 0o600) & 0o7777);
      if (old !== null) copyXattrs(path, fd);
      if (options.sync) fsync(fd);
    } finally {
      close(fd);
    }
    rename(temporary, path);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  }
  if (options.sync) syncDirectory(parent);
}

/** What an attribute says of the content, which is another one now. */
const OF_CONTENT = ["security.ima", "security.evm", "security.capability"];
/** A label that the policy does not let us give: the file has the one of its directory. */
const LABELS = "security.";

/** Gives an open file the attributes that the file at a path has, its ACL among them, and no other ACL. */
function copyXattrs(path: string, fd: number): void {
  const names = namesIn(xattrNamesOfLink(path));
  // What it inherited from its directory is not the old file's.
  if (!names.includes(ACL_XATTR) && getXattrOf(fd, ACL_XATTR) !== null) removeXattrOf(fd, ACL_XATTR);
  for (const name of names) {
    const value = OF_CONTENT.includes(name) ? null : getXattrOfLink(path, name);
    if (value === null) continue;
    try {
      setXattrOf(fd, name, value);
    } catch (error) {
      if (!name.startsWith(LABELS) || !failedWith(error, "EPERM", "EACCES", "EOPNOTSUPP")) throw error;
    }
  }
}

function namesIn(list: Uint8Array): string[] {
  return list.length === 0 ? [] : decode(list.subarray(0, list.length - 1)).split("\0");
}

/** Waits until the names in the directory at `path` are on the disk. */
export function syncDirectory(path: string): void {
  const fd = open(path, O.RDONLY | O.DIRECTORY);
  try {
    fsync(fd);
  } finally {
    close(fd);
  }
}
