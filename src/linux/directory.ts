/** Directories: making, listing, removing, standing in. */

import { close } from "./descriptor.ts";
import { check, failedWith, LinuxError } from "./error.ts";
import { cstring, type Path } from "./memory.ts";
import { AT_FDCWD, O, openAt, openIfThere } from "./open.ts";
import { decode, nr, syscall } from "./primitive.ts";

const AT_REMOVEDIR = 0x200;
const EEXIST = 17;
const ENOENT = 2;
const ENOTDIR = 20;

/** Kind of a directory entry, as the file system tells without a stat; `unknown` where it does not. */
export type EntryKind = "file" | "directory" | "link" | "other" | "unknown";

export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** Makes a directory; the umask applies. */
export function mkdir(path: Path, mode = 0o755, dir: number = AT_FDCWD): void {
  check(syscall(nr.mkdirat, dir, cstring(path), mode), "mkdirat", path);
}

/** Makes a directory and what is missing above it. What exists is left as it is; ENOTDIR when it is no directory. */
export function mkdirAll(path: string, mode = 0o755): void {
  const result = syscall(nr.mkdirat, AT_FDCWD, cstring(path), mode);
  if (result === -EEXIST) {
    close(openAt(AT_FDCWD, path, O.PATH | O.DIRECTORY));
    return;
  }
  if (result === -ENOENT) {
    let end = path.length;
    while (path.charAt(end - 1) === "/") end--;
    const parent = path.slice(0, path.lastIndexOf("/", end - 1));
    if (parent === "") throw new LinuxError("mkdirat", ENOENT, path);
    mkdirAll(parent, mode);
    mkdirAll(path, mode);
    return;
  }
  check(result, "mkdirat", path);
}

/** Removes an empty directory. */
export function rmdir(path: Path, dir: number = AT_FDCWD): void {
  check(syscall(nr.unlinkat, dir, cstring(path), AT_REMOVEDIR), "unlinkat", path);
}

/** Removes a file, or a directory with all that is in it, never following a link. Nothing there is no error. */
export function removeTree(path: Path, dir: number = AT_FDCWD): void {
  const EISDIR = 21;
  const EPERM = 1;
  const result = syscall(nr.unlinkat, dir, cstring(path), 0);
  if (result === 0 || result === -ENOENT) return;
  if (result !== -EISDIR && result !== -EPERM) check(result, "unlinkat", path);
  let fd: number | null;
  try {
    fd = openIfThere(dir, path, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
  } catch (error) {
    if (failedWith(error, "ENOTDIR")) check(result, "unlinkat", path);
    throw error;
  }
  if (fd === null) return;
  try {
    const names: Uint8Array[] = [];
    eachEntry(fd, (name) => names.push(name.slice()));
    for (const name of names) removeTree(name, fd);
  } finally {
    close(fd);
  }
  rmdir(path, dir);
}

/** Entries of the directory at `path`, without `.` and `..`, in the order of the file system. */
export function list(path: Path, dir: number = AT_FDCWD): Entry[] {
  const fd = openAt(dir, path, O.RDONLY | O.DIRECTORY);
  try {
    return listDescriptor(fd, path);
  } finally {
    close(fd);
  }
}

/** As `list`; null when there is no such directory. */
export function listIfThere(path: Path, dir: number = AT_FDCWD): Entry[] | null {
  try {
    return list(path, dir);
  } catch (error) {
    if (error instanceof LinuxError && (error.errno === ENOENT || error.errno === ENOTDIR)) return null;
    throw error;
  }
}

/** As `list`, of an open directory, from where its descriptor stands. */
function listDescriptor(fd: number, path?: Path): Entry[] {
  const entries: Entry[] = [];
  eachEntry(fd, (name, type) => entries.push({ name: decode(name), kind: kindOf(type) }), path);
  return entries;
}

/** Calls `visit` with each name (bytes that hold only until it returns: a name need not be UTF-8) and its DT_ number. */
export function eachEntry(fd: number, visit: (name: Uint8Array, type: number) => void, path?: Path): void {
  const buffer = new Uint8Array(32 * 1024);
  const view = new DataView(buffer.buffer);
  const DOT = 46;
  for (;;) {
    const length = check(syscall(nr.getdents64, fd, buffer, buffer.length), "getdents64", path);
    if (length === 0) return;
    // struct linux_dirent64: u64 ino, s64 off, u16 reclen at 16, u8 type at 18, the name with its NUL at 19.
    for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
      const start = at + 19;
      const end = buffer.indexOf(0, start);
      const dots = end - start <= 2 && buffer[start] === DOT && buffer[end - 1] === DOT;
      if (!dots) visit(buffer.subarray(start, end), view.getUint8(at + 18));
    }
  }
}

/** Changes the working directory. */
export function chdir(path: Path): void {
  check(syscall(nr.chdir, cstring(path)), "chdir", path);
}

/** Changes the working directory to an open one. */
export function fchdir(fd: number): void {
  check(syscall(nr.fchdir, fd), "fchdir");
}

function kindOf(type: number): EntryKind {
  const DT_UNKNOWN = 0;
  const DT_DIR = 4;
  const DT_REG = 8;
  const DT_LNK = 10;
  if (type === DT_REG) return "file";
  if (type === DT_DIR) return "directory";
  if (type === DT_LNK) return "link";
  return type === DT_UNKNOWN ? "unknown" : "other";
}
