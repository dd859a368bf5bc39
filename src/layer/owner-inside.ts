/**
 * Owners on their way back from a root file system into a layer: through the bundle's id maps, or, in a rootless bundle,
 * from the attribute that unpack left where the layer's owner could not be given (rootlesscontainers.proto).
 */

import { Failure } from "../spec/failure.ts";
import type { IdMapping, IdMaps } from "../spec/id-map.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Byte string. */
export const ROOTLESS_XATTR = "user.rootlesscontainers";
/** What the attribute says of an id that needs no saying. */
const NOTHING_SAID = 0xffff_ffff;

/** The owner inside the container. `attribute` is the value of ROOTLESS_XATTR. Throws `Failure` `id_map`. */
export function ownerInside(owner: Owner, map: IdMaps, attribute: Uint8Array | undefined): Owner {
  if (!map.rootless) {
    return {
      uid: mapped(owner.uid, map.uidMappings, "map uid to container"),
      gid: mapped(owner.gid, map.gidMappings, "map gid to container"),
    };
  }
  const { uid = NOTHING_SAID, gid = NOTHING_SAID } = attribute === undefined ? {} : readAttribute(attribute);
  return { uid: uid === NOTHING_SAID ? 0 : uid, gid: gid === NOTHING_SAID ? 0 : gid };
}

function mapped(id: number, mappings: readonly IdMapping[], what: string): number {
  if (mappings.length === 0) return id;
  for (const { containerID, hostID, size } of mappings) {
    if (id >= hostID && id < hostID + size) return containerID + (id - hostID);
  }
  throw new Failure("id_map", `map header: ${what}: host id ${id} cannot be mapped to a container id`, {
    hint: "Give files an owner that the bundle's id maps know, or unpack with other maps.",
  });
}

/** The protobuf message: field 1 is the uid, field 2 the gid, both varints; what is absent is 0. */
function readAttribute(bytes: Uint8Array): { uid: number; gid: number } {
  const found = { uid: 0, gid: 0 };
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformedAttribute();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformedAttribute();
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key % 8;
    if (kind === 0) {
      const value = varint() % 2 ** 32;
      if (key === 0x08) found.uid = value;
      else if (key === 0x10) found.gid = value;
    } else if (kind === 1) at += 8;
    else if (kind === 2) at += varint();
    else if (kind === 5) at += 4;
    else throw malformedAttribute();
    if (at > bytes.length) throw malformedAttribute();
  }
  return found;
}

function malformedAttribute(): Failure {
  return new Failure(
    "rootless_attribute",
    "unmarshal rootlesscontainers payload: it is no protobuf message",
    {
      hint: `Remove the attribute ${ROOTLESS_XATTR} from the file, or set it right.`,
    },
  );
}
