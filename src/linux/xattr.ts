/** Extended attributes, as bytes. A file system without them has none, rather than an error. */

import { check } from "./error.ts";
import { cstring, type Path, scratch } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

const ERANGE = 34;
const ENODATA = 61;
const EOPNOTSUPP = 95;
const LARGEST = 65536;

/** The attribute `name` of an open file (not one opened with O.PATH), or null when it has none. */
export function getXattrOf(fd: number, name: string): Uint8Array | null {
  return value(nr.fgetxattr, "fgetxattr", fd, name);
}

/** The attribute `name` of what a path leads to, or null when it has none. */
export function getXattr(path: Path, name: string): Uint8Array | null {
  return value(nr.getxattr, "getxattr", cstring(path), name, path);
}

/** As `getXattr`, of a symbolic link itself. */
export function getXattrOfLink(path: Path, name: Path): Uint8Array | null {
  return value(nr.lgetxattr, "lgetxattr", cstring(path), name, path);
}

export function setXattr(path: Path, name: string, bytes: Uint8Array): void {
  check(syscall(nr.setxattr, cstring(path), cstring(name), bytes, bytes.length, 0), "setxattr", path);
}

/** As `setXattr`, of a symbolic link itself. */
export function setXattrOfLink(path: Path, name: Path, bytes: Uint8Array): void {
  check(syscall(nr.lsetxattr, cstring(path), cstring(name), bytes, bytes.length, 0), "lsetxattr", path);
}

/** As `removeXattr`, of a symbolic link itself. */
export function removeXattrOfLink(path: Path, name: Path): void {
  check(syscall(nr.lremovexattr, cstring(path), cstring(name)), "lremovexattr", path);
}

export function setXattrOf(fd: number, name: Path, bytes: Uint8Array): void {
  check(syscall(nr.fsetxattr, fd, cstring(name), bytes, bytes.length, 0), "fsetxattr");
}

export function removeXattr(path: Path, name: string): void {
  check(syscall(nr.removexattr, cstring(path), cstring(name)), "removexattr", path);
}

/** As `removeXattr`, of an open file. */
export function removeXattrOf(fd: number, name: Path): void {
  check(syscall(nr.fremovexattr, fd, cstring(name)), "fremovexattr");
}

/** Names of all attributes that the caller may see. */
export function listXattrs(path: Path): string[] {
  let buffer = scratch;
  let length = syscall(nr.listxattr, cstring(path), buffer, buffer.length);
  if (length === -ERANGE) {
    buffer = new Uint8Array(LARGEST);
    length = syscall(nr.listxattr, cstring(path), buffer, buffer.length);
  }
  if (length === -EOPNOTSUPP) return [];
  check(length, "listxattr", path);
  return length === 0 ? [] : decode(buffer.subarray(0, length - 1)).split("\0");
}

/**
 * The names of all attributes of a file that the caller may see, a symbolic link itself included: bytes, each name with a
 * NUL at its end. They hold until the next call into src/linux.
 */
export function xattrNamesOfLink(path: Path): Uint8Array {
  return names(nr.llistxattr, "llistxattr", cstring(path), path);
}

/** As `xattrNamesOfLink`, of an open file. */
export function xattrNamesOf(fd: number): Uint8Array {
  return names(nr.flistxattr, "flistxattr", fd);
}

function names(call: number, what: string, file: number | Uint8Array, path?: Path): Uint8Array {
  let buffer = scratch;
  let length = syscall(call, file, buffer, buffer.length);
  if (length === -ERANGE) {
    buffer = new Uint8Array(LARGEST);
    length = syscall(call, file, buffer, buffer.length);
  }
  if (length === -EOPNOTSUPP) length = 0;
  return buffer.subarray(0, check(length, what, path));
}

function value(
  call: number,
  what: string,
  file: number | Uint8Array,
  name: Path,
  path?: Path,
): Uint8Array | null {
  const attribute = cstring(name);
  let buffer = scratch;
  let length = syscall(call, file, attribute, buffer, buffer.length);
  if (length === -ERANGE) {
    buffer = new Uint8Array(LARGEST);
    length = syscall(call, file, attribute, buffer, buffer.length);
  }
  if (length === -ENODATA || length === -EOPNOTSUPP) return null;
  check(length, what, path);
  return buffer.slice(0, length);
}
