/** Addresses and routes in rtnetlink (linux/if_addr.h, linux/rtnetlink.h). Addresses are bytes: four of IPv4, sixteen of IPv6. */

import type { Network } from "../ip.ts";
import { type Attribute, type Body, decodeAttributes } from "./message.ts";

export const RTM_ADDRESS = { new: 20, delete: 21, get: 22 } as const;
export const RTM_ROUTE = { new: 24, delete: 25 } as const;

const AF_INET = 2;
const AF_INET6 = 10;
const IFA = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;
/** No search for duplicates: an address of IPv6 may be used at once. */
const IFA_F_NODAD = 2;
const RTA = { DST: 1, OIF: 4, GATEWAY: 5 } as const;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RT_SCOPE = { universe: 0, link: 253 } as const;
const RTN_UNICAST = 1;

/** An address of a link, as the kernel tells it. */
export interface LinkAddress extends Network {
  /** Index of the link. */
  readonly link: number;
}

export interface Route {
  /** Absent: the default, of the gateway's family. */
  readonly to?: Network;
  readonly via?: Uint8Array;
  /** Index of the link. */
  readonly link?: number;
}

/** For the link of that index. */
export function addressBody(link: number, { address, prefix }: Network): Body {
  const attributes: Attribute[] = [
    { type: IFA.LOCAL, value: address },
    { type: IFA.ADDRESS, value: address },
  ];
  if (address.length !== 4) attributes.push({ type: IFA.FLAGS, value: IFA_F_NODAD });
  return { fixed: addressFixed(familyOf(address), prefix, link), attributes };
}

/** Asks for all addresses of all links. */
export function addressQuery(): Body {
  return { fixed: addressFixed(0, 0, 0), attributes: [] };
}

export function decodeAddress(payload: Uint8Array): LinkAddress {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const found = decodeAttributes(payload.subarray(8));
  const address = found.get(IFA.LOCAL) ?? found.get(IFA.ADDRESS) ?? new Uint8Array(0);
  return { link: view.getUint32(4, true), prefix: payload[1] ?? 0, address: address.slice() };
}

/** Throws nothing: a route without network and gateway is the kernel's to refuse. */
export function routeBody({ to, via, link }: Route): Body {
  const attributes: Attribute[] = [];
  if (to !== undefined) attributes.push({ type: RTA.DST, value: to.address });
  if (via !== undefined) attributes.push({ type: RTA.GATEWAY, value: via });
  if (link !== undefined) attributes.push({ type: RTA.OIF, value: link });
  const family = familyOf(to?.address ?? via ?? new Uint8Array(4));
  const scope = via === undefined ? RT_SCOPE.link : RT_SCOPE.universe;
  // struct rtmsg: u8 family, destination bits, source bits, tos, table, protocol, scope, type, u32 flags.
  const fixed = [family, to?.prefix ?? 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, RTN_UNICAST, 0, 0, 0, 0];
  return { fixed: new Uint8Array(fixed), attributes };
}

function familyOf(address: Uint8Array): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}

/** struct ifaddrmsg: u8 family, bits, flags, scope, u32 index. */
function addressFixed(family: number, prefix: number, link: number): Uint8Array {
  const fixed = new Uint8Array(8);
  fixed.set([family, prefix]);
  new DataView(fixed.buffer).setUint32(4, link, true);
  return fixed;
}
