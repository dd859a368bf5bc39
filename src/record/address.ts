/** Socket addresses as programs give them to the kernel. */

import { decode } from "../linux/primitive.ts";
import { SEEN } from "./layout.ts";

export interface RawAddress {
  family: "ipv4" | "ipv6" | "unix";
  /** As people write it; an abstract name of a unix socket begins with `@`. */
  address: string;
  port?: number;
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** The address in a struct seen; none of a family that is not told. */
export function addressIn(seen: Uint8Array): RawAddress[] {
  const view = new DataView(seen.buffer, seen.byteOffset);
  const length = view.getUint16(SEEN.length, true);
  const bytes = seen.subarray(SEEN.text, SEEN.text + length);
  const family = view.getUint16(SEEN.text, true);
  const port = view.getUint16(SEEN.text + 2);
  if (family === AF_INET && length >= 8)
    return [{ family: "ipv4", address: bytes.subarray(4, 8).join("."), port }];
  if (family === AF_INET6 && length >= 24)
    return [{ family: "ipv6", address: ipv6(view, SEEN.text + 8), port }];
  if (family === AF_UNIX && length > 2) return [{ family: "unix", address: unixName(bytes.subarray(2)) }];
  return [];
}

function unixName(name: Uint8Array): string {
  if (name[0] === 0) return `@${decode(name.subarray(1))}`;
  const end = name.indexOf(0);
  return decode(end < 0 ? name : name.subarray(0, end));
}

/** RFC 5952: lower case, the longest run of zeros as `::`. */
function ipv6(view: DataView, offset: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 8; i++) groups.push(view.getUint16(offset + i * 2));
  let best = 0;
  let longest = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > longest) {
      best = start;
      longest = length;
    }
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return longest > 1 ? `${text(0, best)}::${text(best + longest, 8)}` : text(0, 8);
}
