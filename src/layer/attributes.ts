/** Extended attributes of files in a walk, as bytes, in the order of the file system. Never those of a link's target. */

import { byteString } from "../codec/byte-string.ts";
import type { Xattr } from "../codec/mtree/file.ts";
import { getXattrOfLink, xattrNamesOfLink } from "../linux/xattr.ts";
import { withAccess } from "./access.ts";
import type { Place } from "./tree-walk.ts";

/** Attributes that belong to the host: neither set nor taken away, and in no layer. */
export const HOST_ATTRIBUTES: ReadonlySet<string> = new Set(["security.selinux", "system.nfs4_acl"]);

const prefixes = new Map<number, Uint8Array>();
const encoder = new TextEncoder();

/** All attributes that the caller may see; an attribute that vanishes in between is left out. */
export function attributesOf(place: Place): Xattr[] {
  const path = throughProc(place);
  if (xattrNamesOfLink(path).length === 0) return [];
  return withAccess(place, 0o400, () => {
    const attributes: Xattr[] = [];
    const names = xattrNamesOfLink(path).slice();
    for (let at = 0; at < names.length; ) {
      const end = names.indexOf(0, at);
      const value = getXattrOfLink(path, names.subarray(at, end + 1));
      if (value !== null) attributes.push({ name: byteString(names, at, end), value });
      at = end + 1;
    }
    return attributes;
  });
}

/** A path to the file that starts at the open directory: the calls for attributes take no descriptor of one. */
function throughProc({ dir, name }: Place): Uint8Array {
  let prefix = prefixes.get(dir);
  if (prefix === undefined) {
    prefix = encoder.encode(`/proc/self/fd/${dir}/`);
    prefixes.set(dir, prefix);
  }
  const path = new Uint8Array(prefix.length + name.length);
  path.set(prefix);
  path.set(name, prefix.length);
  return path;
}
