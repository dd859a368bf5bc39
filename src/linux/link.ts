/** Names of files: giving, changing, taking away. */

import { check, LinuxError } from "./error.ts";
import { cstring, type Path, scratch } from "./memory.ts";
import { AT_FDCWD } from "./open.ts";
import { decode, nr, syscall } from "./primitive.ts";

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const AT_SYMLINK_FOLLOW = 0x400;
const ENOENT = 2;
const ENAMETOOLONG = 36;

/** Renames; what is at `to` is replaced in the same step. Relative paths are below the directory descriptors. */
export function rename(from: Path, to: Path, fromDir: number = AT_FDCWD, toDir: number = fromDir): void {
  renameWith(fromDir, from, toDir, to, 0);
}

/** As `rename`; EEXIST when something is at `to`. */
export function renameNoReplace(
  from: Path,
  to: Path,
  fromDir: number = AT_FDCWD,
  toDir: number = fromDir,
): void {
  renameWith(fromDir, from, toDir, to, RENAME_NOREPLACE);
}

/** Exchanges what two paths name, in one step. */
export function exchange(a: Path, b: Path, aDir: number = AT_FDCWD, bDir: number = aDir): void {
  renameWith(aDir, a, bDir, b, RENAME_EXCHANGE);
}

/** Gives the file at `existing`, a symbolic link itself, the further name `path`. */
export function link(existing: Path, path: Path, fromDir: number = AT_FDCWD, toDir: number = fromDir): void {
  check(syscall(nr.linkat, fromDir, cstring(existing), toDir, cstring(path), 0), "linkat", path);
}

/** Gives an open file, such as one made with O.TMPFILE, the name `path`. Needs /proc. */
export function linkDescriptor(fd: number, path: Path, dir: number = AT_FDCWD): void {
  const from = cstring(`/proc/self/fd/${fd}`);
  check(syscall(nr.linkat, AT_FDCWD, from, dir, cstring(path), AT_SYMLINK_FOLLOW), "linkat", path);
}

/** Makes a symbolic link at `path` that says `target`. */
export function symlink(target: Path, path: Path, dir: number = AT_FDCWD): void {
  check(syscall(nr.symlinkat, cstring(target), dir, cstring(path)), "symlinkat", path);
}

/** What the symbolic link at `path` says; with an empty path, the link that `dir` is open on (O.PATH | O.NOFOLLOW). */
export function readlink(path: Path, dir: number = AT_FDCWD): string {
  return decode(readlinkBytes(path, dir));
}

/** As `readlink`, the bytes: a target need not be UTF-8. They hold until the next call into src/linux. */
export function readlinkBytes(path: Path, dir: number = AT_FDCWD): Uint8Array {
  const length = check(
    syscall(nr.readlinkat, dir, cstring(path), scratch, scratch.length),
    "readlinkat",
    path,
  );
  if (length === scratch.length) throw new LinuxError("readlinkat", ENAMETOOLONG);
  return scratch.subarray(0, length);
}

/** Takes a name away. */
export function unlink(path: Path, dir: number = AT_FDCWD): void {
  check(syscall(nr.unlinkat, dir, cstring(path), 0), "unlinkat", path);
}

/** As `unlink`; false when there was none. */
export function unlinkIfThere(path: Path, dir: number = AT_FDCWD): boolean {
  const result = syscall(nr.unlinkat, dir, cstring(path), 0);
  if (result === -ENOENT) return false;
  check(result, "unlinkat", path);
  return true;
}

function renameWith(fromDir: number, from: Path, toDir: number, to: Path, flags: number): void {
  check(syscall(nr.renameat2, fromDir, cstring(from), toDir, cstring(to), flags), "renameat2", from);
}
