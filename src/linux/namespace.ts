/** Namespaces: entering, leaving, and telling whether the process is still in the machine's first ones. */

import { close } from "./descriptor.ts";
import { check } from "./error.ts";
import { cstring, scratch, scratchView } from "./memory.ts";
import { O, open } from "./open.ts";
import { nr, syscall } from "./primitive.ts";

/** CLONE_NEW* flags. */
export const NAMESPACE = {
  time: 0x80,
  mnt: 0x2_0000,
  cgroup: 0x200_0000,
  uts: 0x400_0000,
  ipc: 0x800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  net: 0x4000_0000,
} as const;

export type NamespaceKind = keyof typeof NAMESPACE;

// The kernel numbers its first namespaces by constants (include/uapi/linux/nsfs.h: *_NS_INIT_INO).
const FIRST_USER = 0xefff_fffd;
const FIRST_CGROUP = 0xefff_fffb;
const AT_FDCWD = -100;
const STATX_INO = 0x100;

/** Enters the namespace that `fd` is open on (`/proc/PID/ns/KIND`); 0 as the kind accepts any. */
function setns(fd: number, kind: NamespaceKind | 0 = 0): void {
  check(syscall(nr.setns, fd, kind === 0 ? 0 : NAMESPACE[kind]), "setns");
}

/** Enters a namespace of the process `pid`. */
export function joinNamespace(pid: number, kind: NamespaceKind): void {
  const fd = open(`/proc/${pid}/ns/${kind}`, O.RDONLY);
  try {
    setns(fd, kind);
  } finally {
    close(fd);
  }
}

/** Leaves for new namespaces of these kinds. */
export function unshare(...kinds: NamespaceKind[]): void {
  let flags = 0;
  for (const kind of kinds) flags |= NAMESPACE[kind];
  check(syscall(nr.unshare, flags), "unshare");
}

/** The number of a process's namespace, as in `user:[4026531837]`; null when /proc does not tell. */
export function namespaceId(kind: NamespaceKind, pid: number | "self" = "self"): number | null {
  // Inode at 32 of struct statx; the link is followed, its own inode means nothing.
  const path = cstring(`/proc/${pid}/ns/${kind}`);
  if (syscall(nr.statx, AT_FDCWD, path, 0, STATX_INO, scratch) < 0) return null;
  return scratchView.getUint32(32, true);
}

/** Whether the process is in the machine's first user namespace; null when /proc does not tell. */
export function inInitialUserNamespace(): boolean | null {
  const id = namespaceId("user");
  return id === null ? null : id === FIRST_USER;
}

/** Whether the process sees the machine's whole cgroup tree; null when /proc does not tell. */
export function inInitialCgroupNamespace(): boolean | null {
  const id = namespaceId("cgroup");
  return id === null ? null : id === FIRST_CGROUP;
}

/**
 * Runs `work` in a namespace of the process `pid`, and comes back whatever happens. Not of kind pid, which only children enter, nor
 * user, from which there is no way back. After `mnt` the root and the working directory are the first ones of that namespace meanwhile.
 */
export function visitNamespace<T>(
  pid: number,
  kind: Exclude<NamespaceKind, "pid" | "user">,
  work: () => T,
): T {
  const own = open(`/proc/self/ns/${kind}`, O.RDONLY);
  try {
    joinNamespace(pid, kind);
    try {
      return work();
    } finally {
      setns(own, kind);
    }
  } finally {
    close(own);
  }
}
