/**
 * Mounting, by the old call and by the new ones that work on descriptors: `openTree` takes a detached copy of a mount,
 * `setMountAttributes` changes it where nobody sees it yet, `moveMount` puts it in place.
 */

import { check } from "./error.ts";
import { cstring, type Path, scratch, scratchView, setU64 } from "./memory.ts";
import { AT_FDCWD } from "./open.ts";
import { nr, syscall } from "./primitive.ts";

/** Flags of `mount` (MS_*). */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
} as const;

/** Attributes of `setMountAttributes` (MOUNT_ATTR_*). */
export const ATTRIBUTE = { RDONLY: 1, NOSUID: 2, NODEV: 4, NOEXEC: 8, IDMAP: 0x10_0000 } as const;

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOVE_MOUNT_T_EMPTY_PATH = 0x40;
const SIZEOF_MOUNT_ATTR = 32;

/** mount(2). `source`, `type` and `data` may be empty where the call does not use them. */
export function mount(source: string, target: Path, type: string, flags: number, data = ""): void {
  const options = data === "" ? 0 : cstring(data);
  check(syscall(nr.mount, cstring(source), cstring(target), cstring(type), flags, options), "mount", target);
}

/** Takes away what is mounted at `target`, never following a link there. `detach`: even when it is in use. */
export function unmount(target: Path, detach = false): void {
  check(syscall(nr.umount2, cstring(target), UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)), "umount2", target);
}

/** A close-on-exec descriptor of a detached copy of the mount at `path`, with the mounts below it if `recursive`. */
export function openTree(path: Path, recursive = false, dir: number = AT_FDCWD): number {
  const empty = path.length === 0 ? AT_EMPTY_PATH : 0;
  const flags = OPEN_TREE_CLONE | O_CLOEXEC | AT_SYMLINK_NOFOLLOW | empty | (recursive ? AT_RECURSIVE : 0);
  return check(syscall(nr.open_tree, dir, cstring(path), flags), "open_tree", path);
}

/** Mounts what `openTree` or `makeMount` returned at `target`, at `dir` itself when that is empty; a link at its end is not followed. */
export function moveMount(tree: number, target: Path, dir: number = AT_FDCWD): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | (target.length === 0 ? MOVE_MOUNT_T_EMPTY_PATH : 0);
  check(syscall(nr.move_mount, tree, cstring(""), dir, cstring(target), flags), "move_mount", target);
}

/** What `setMountAttributes` can do besides. */
export interface MoreAttributes {
  /** MS.PRIVATE, SLAVE, SHARED or UNBINDABLE. */
  propagation?: number;
  /** For ATTRIBUTE.IDMAP: the user namespace, open, by which owners are mapped. */
  userNamespace?: number;
}

/** Sets and clears ATTRIBUTE bits of the mount that `tree` is open on, with those below it if `recursive`. */
export function setMountAttributes(
  tree: number,
  set: number,
  clear = 0,
  recursive = false,
  { propagation = 0, userNamespace = 0 }: MoreAttributes = {},
): void {
  // struct mount_attr: u64 attr_set, attr_clr, propagation, userns_fd.
  scratch.fill(0, 0, SIZEOF_MOUNT_ATTR);
  setU64(scratchView, 0, set);
  setU64(scratchView, 8, clear);
  setU64(scratchView, 16, propagation);
  setU64(scratchView, 24, userNamespace);
  const flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  const empty = cstring("");
  check(syscall(nr.mount_setattr, tree, empty, flags, scratch, SIZEOF_MOUNT_ATTR), "mount_setattr");
}
