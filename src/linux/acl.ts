/**
 * POSIX access control lists, read from `system.posix_acl_access`: who, besides the owner and the group that the mode
 * shows, may write a file. The mode alone hides them: with an ACL its group bits are the mask.
 */

import { LinuxError } from "./error.ts";
import { getXattrOf } from "./xattr.ts";

export const ACL_XATTR = "system.posix_acl_access";

/** A named user or group that an ACL lets write. */
export interface AclWriter {
  readonly kind: "user" | "group";
  readonly id: number;
}

const EINVAL = 22;
const VERSION = 2;
const USER = 0x02;
const GROUP = 0x08;
const MASK = 0x10;
const WRITE = 2;

/** Named users and groups that may write the open file `fd`; empty when it has no ACL. One system call. */
export function aclWritersOf(fd: number): AclWriter[] {
  const bytes = getXattrOf(fd, ACL_XATTR);
  return bytes === null ? [] : aclWriters(bytes);
}

/**
 * Named users and groups with an effective right to write. The value: u32 version 2, then entries {u16 tag, u16 rights,
 * u32 id}. Anything else throws EINVAL, so that an unknown list is never taken for a harmless one.
 */
export function aclWriters(bytes: Uint8Array): AclWriter[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || (bytes.length - 4) % 8 !== 0 || view.getUint32(0, true) !== VERSION) {
    throw new LinuxError(`read ${ACL_XATTR}`, EINVAL);
  }
  let mask = 7;
  for (let at = 4; at < bytes.length; at += 8) {
    if (view.getUint16(at, true) === MASK) mask = view.getUint16(at + 2, true);
  }
  const writers: AclWriter[] = [];
  for (let at = 4; at < bytes.length; at += 8) {
    const tag = view.getUint16(at, true);
    if (tag !== USER && tag !== GROUP) continue;
    if ((view.getUint16(at + 2, true) & mask & WRITE) === 0) continue;
    writers.push({ kind: tag === USER ? "user" : "group", id: view.getUint32(at + 4, true) });
  }
  return writers;
}
