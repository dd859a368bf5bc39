/**
 * Who is to own an unpacked file: the identifiers of the image through the maps of a user namespace; or, without privileges,
 * whoever unpacks, while an attribute says whose the file really is.
 */

import type { TarEntry } from "../codec/tar/entry.ts";
import { Failure } from "../spec/failure.ts";
import type { IdMapping, IdMaps } from "../spec/id-map.ts";
import { type Owner, ROOTLESS_XATTR } from "./owner-inside.ts";

/** The owner on the host. In rootless mode an entry of somebody else's gets the attribute. @throws Failure */
export function mapOwner(entry: TarEntry, mapping: IdMaps): Owner {
  let { uid, gid } = entry;
  if (mapping.rootless) {
    if (uid !== 0 || gid !== 0) entry.xattrs.set(ROOTLESS_XATTR, resource(uid, gid));
    [uid, gid] = [0, 0];
  }
  return { uid: hostId(uid, mapping.uidMappings), gid: hostId(gid, mapping.gidMappings) };
}

/** The identifier on the host; the first range that has it counts, and without ranges it is the same. @throws Failure */
export function hostId(id: number, mappings: readonly IdMapping[]): number {
  if (mappings.length === 0) return id;
  for (const { containerID, hostID, size } of mappings) {
    if (id >= containerID && id < containerID + size) return hostID + id - containerID;
  }
  throw new Failure("id_unmapped", `container id ${id} cannot be mapped to a host id`, {
    hint: "Give a range that holds it with --uid-map or --gid-map, or use --rootless.",
  });
}

/** The message. What it says of root is that there is nothing to say. */
function resource(uid: number, gid: number): Uint8Array {
  const NOTHING = 0xffff_ffff;
  const bytes: number[] = [];
  for (const [field, id] of [
    [0x08, uid],
    [0x10, gid],
  ] as const) {
    bytes.push(field);
    let rest = id === 0 ? NOTHING : id >>> 0;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
