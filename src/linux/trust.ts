/**
 * Whether a file may be believed: nobody but root and the process's own user can change it, or put another in its
 * place. The rules are OpenSSH's `safe_path` (owner and modes of the file and of every directory up to `/`) and more: no
 * symbolic link anywhere, POSIX ACLs, no setuid, setgid or file capabilities, no noexec mount, no FUSE, NFS or SMB.
 *
 * Directories are looked at from `/` downwards, so each name is stable, for whoever is not trusted, by the time the next
 * one is looked at. The file itself is judged by its descriptor, which the caller may go on to read.
 */

import { errnoName } from "./error.ts";
import { cstring, getU64, scratch, scratchView } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

export type TrustReason =
  | "not_absolute"
  | "missing"
  | "unreadable"
  | "symlink"
  | "not_file"
  | "owner"
  | "writable"
  | "acl"
  | "setid"
  | "capabilities"
  | "noexec"
  | "filesystem";

export interface Distrust {
  readonly ok: false;
  readonly reason: TrustReason;
  /** The file, or the directory above it, that is at fault. */
  readonly path: string;
  /** One sentence without the reason's code: `/opt/hooks is writable by its group (mode 0775)`. */
  readonly message: string;
}

export interface Trusted {
  readonly ok: true;
  /** Permission bits, without the type. */
  readonly mode: number;
  readonly uid: number;
  /** Bytes. */
  readonly size: number;
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC = 0x7ff;
/** O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, the same on both architectures. */
const OPEN_FLAGS = 0o400 | 0o4000 | 0o2000000;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_NO_MAGICLINKS = 0x02;
const ST_NOEXEC = 8;

const TYPE = 0o170000;
const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
const LINK = 0o120000;

/** The inode number of the initial user namespace (PROC_USER_INIT_INO), fixed in the kernel. */
const INITIAL_USER_NAMESPACE = 0xeffffffd;
const OVERFLOW_UID = 65534;

/** Others than this machine's root decide what a file on these contains. */
const FOREIGN_FILE_SYSTEMS: { readonly [magic: number]: string } = {
  1702057286: "FUSE",
  26985: "NFS",
  4283649346: "CIFS",
  4266872130: "SMB",
};

/** What the file is for: a `program` is executed; `data` may lie on a noexec mount. */
export type TrustUse = "program" | "data";

/** Checks the regular file at an absolute path; nothing stays open. Never throws. */
export function checkTrusted(path: string, use: TrustUse = "program"): Trusted | Distrust {
  const opened = openTrusted(path, use);
  if (opened.ok) syscall(nr.close, opened.fd);
  return opened;
}

/**
 * As `checkTrusted`, and leaves the file open for reading (close-on-exec); the caller closes `fd`. `aboveIsSafe`: a moment
 * ago another file in the same directory was found trusted, which spares a second look at every directory.
 */
export function openTrusted(
  path: string,
  use: TrustUse = "program",
  aboveIsSafe = false,
): (Trusted & { readonly fd: number }) | Distrust {
  if (!plain(path)) {
    return refused("not_absolute", path, "is not an absolute path without `.`, `..` and double slashes");
  }
  const bytes = cstring(path);
  const above = aboveIsSafe ? undefined : checkDirectories(bytes);
  if (above !== undefined) return above;

  scratch.fill(0, 0, 24);
  scratchView.setUint32(0, OPEN_FLAGS, true);
  scratchView.setUint32(16, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, true);
  const fd = syscall(nr.openat2, AT_FDCWD, bytes, scratch, 24);
  if (fd < 0) return failed(-fd, path);
  const verdict = judgeFile(fd, path, use);
  if (!verdict.ok) {
    syscall(nr.close, fd);
    return verdict;
  }
  return { ...verdict, fd };
}

function plain(path: string): boolean {
  const closed = `${path}/`;
  return (
    path.startsWith("/") &&
    !closed.includes("//") &&
    !closed.includes("/./") &&
    !closed.includes("/../") &&
    !path.includes("\0")
  );
}

/** The directories above a file. `path` ends with a NUL; each slash is made one for a moment, so nothing is copied. */
function checkDirectories(path: Uint8Array): Distrust | undefined {
  for (let slash = 0; slash >= 0; slash = path.indexOf(47, slash + 1)) {
    const cut = slash === 0 ? 1 : slash;
    const saved = path[cut] ?? 0;
    path[cut] = 0;
    const result = syscall(nr.statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC, scratch);
    const name = result < 0 || unsafe() ? decode(path.subarray(0, cut)) : "";
    const found = result < 0 ? failed(-result, name) : name === "" ? undefined : judge(name, DIRECTORY, path);
    path[cut] = saved;
    if (found !== undefined) return found;
  }
  return undefined;
}

function judgeFile(fd: number, path: string, use: TrustUse): Trusted | Distrust {
  const empty = cstring("");
  const result = syscall(nr.statx, fd, empty, AT_EMPTY_PATH, STATX_BASIC, scratch);
  if (result < 0) return failed(-result, path);
  const mode = scratchView.getUint16(28, true);
  const uid = scratchView.getUint32(20, true);
  const size = getU64(scratchView, 40);
  const found = judge(path, REGULAR, cstring(path));
  if (found !== undefined) return found;
  if ((mode & 0o6000) !== 0) return refused("setid", path, `is setuid or setgid (mode ${octal(mode)})`);
  if (syscall(nr.fgetxattr, fd, cstring("security.capability"), scratch, 64) > 0) {
    return refused("capabilities", path, "has file capabilities");
  }
  const stated = syscall(nr.fstatfs, fd, scratch);
  if (stated < 0) return failed(-stated, path);
  const foreign = FOREIGN_FILE_SYSTEMS[scratchView.getUint32(0, true)];
  if (foreign !== undefined)
    return refused("filesystem", path, `is on ${foreign}, which another machine or user decides`);
  if (use === "program" && (scratchView.getUint32(80, true) & ST_NOEXEC) !== 0) {
    return refused("noexec", path, "is on a file system that is mounted noexec");
  }
  return { ok: true, mode: mode & 0o7777, uid, size };
}

/** Whether the statx in the scratch buffer needs a second look; the quick answer for an ordinary directory. */
function unsafe(): boolean {
  const mode = scratchView.getUint16(28, true);
  return (mode & TYPE) !== DIRECTORY || (mode & 0o022) !== 0 || scratchView.getUint32(20, true) !== 0;
}

/** Judges the statx in the scratch buffer. `bytes` is the path with its NUL, for the ACL. */
function judge(path: string, type: number, bytes: Uint8Array): Distrust | undefined {
  const mode = scratchView.getUint16(28, true);
  const uid = scratchView.getUint32(20, true);
  if ((mode & TYPE) === LINK) return refused("symlink", path, "is a symbolic link");
  if ((mode & TYPE) !== type) {
    const wanted = type === REGULAR ? "regular file" : "directory";
    return refused(type === REGULAR ? "not_file" : "missing", path, `is not a ${wanted}`);
  }
  if (!trustedOwner(uid)) return refused("owner", path, `belongs to uid ${uid}, not to root`);
  // An extended ACL shows its mask as the group bits, and the mask bounds every named user and group: without the
  // group's write bit no ACL grants write.
  if ((mode & 0o022) === 0) return undefined;
  if (
    (mode & 0o002) === 0 &&
    syscall(nr.getxattr, bytes, cstring("system.posix_acl_access"), scratch, 4096) > 0
  ) {
    return refused("acl", path, `is writable through an ACL (mode ${octal(mode)})`);
  }
  const who = (mode & 0o002) !== 0 ? "everybody" : "its group";
  return refused("writable", path, `is writable by ${who} (mode ${octal(mode)})`);
}

function trustedOwner(uid: number): boolean {
  if (uid === 0 || uid === syscall(nr.geteuid)) return true;
  return uid === OVERFLOW_UID && !inInitialUserNamespace();
}

/** True also when it cannot be told, which trusts less. */
function inInitialUserNamespace(): boolean {
  const result = syscall(nr.statx, AT_FDCWD, cstring("/proc/self/ns/user"), 0, STATX_BASIC, scratch);
  return result < 0 || getU64(scratchView, 32) === INITIAL_USER_NAMESPACE;
}

function failed(errno: number, path: string): Distrust {
  const code = errnoName(errno);
  if (code === "ENOENT" || code === "ENOTDIR") return refused("missing", path, "does not exist");
  if (code === "ELOOP") return refused("symlink", path, "has a symbolic link in its path");
  return refused("unreadable", path, `cannot be read (${code})`);
}

function refused(reason: TrustReason, path: string, message: string): Distrust {
  return { ok: false, reason, path, message: `${path} ${message}` };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
