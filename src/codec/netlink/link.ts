/** Links in rtnetlink (linux/if_link.h): what a request says of one, and what the kernel tells. */

import { type Attribute, type Body, type Decode, decodeAttributes, numberOf, textOf } from "./message.ts";

export const RTM_LINK = { new: 16, delete: 17, get: 18, set: 19 } as const;

/** struct ifinfomsg: u8 family, u16 type 2, s32 index 4, u32 flags 8, u32 change 12. */
const FIXED = 16;
const IFF_UP = 1;
const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  MASTER: 10,
  PROTINFO: 12,
  LINKINFO: 18,
  NET_NS_FD: 28,
} as const;
const INFO_KIND = 1;
const INFO_DATA = 2;
const VETH_INFO_PEER = 1;
const BRPORT = { MODE: 4, ISOLATED: 33 } as const;
const AF_BRIDGE = 7;

/** What there is to say of a link; what is absent stays as it is. */
export interface LinkWords {
  /** Its new name, or that of a new link. */
  name?: string;
  up?: boolean;
  /** Bytes. */
  mtu?: number;
  /** Index of the bridge that it becomes a port of; 0 for none. */
  master?: number;
  /** Descriptor of the network namespace that it moves to, or is made in. */
  namespace?: number;
  /** Six bytes. */
  address?: Uint8Array;
}

/** A link as the kernel tells it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  /** Bytes. */
  readonly mtu: number;
  /** Index of its bridge; 0 without. */
  readonly master: number;
  /** `bridge`, `veth` and so on; empty for a plain device. */
  readonly kind: string;
  /** Of its hardware, such as six bytes. */
  readonly address: Uint8Array;
}

/** For a link that exists, by its index. */
export function linkChange(index: number, words: LinkWords): Body {
  return { fixed: fixedOf(index, words), attributes: attributesOf(words) };
}

export function newBridge(words: LinkWords): Body {
  const kind = { type: IFLA.LINKINFO, value: [{ type: INFO_KIND, value: "bridge" }] };
  return { fixed: fixedOf(0, words), attributes: [...attributesOf(words), kind] };
}

/** A pair of links, each of which receives what the other sends. */
export function newVeth(words: LinkWords, peer: LinkWords): Body {
  const value = [
    { type: INFO_KIND, value: "veth" },
    { type: INFO_DATA, value: [{ type: VETH_INFO_PEER, value: linkChange(0, peer) }] },
  ];
  return { fixed: fixedOf(0, words), attributes: [...attributesOf(words), { type: IFLA.LINKINFO, value }] };
}

/** How a bridge treats one of its ports; what is absent stays as it is. */
export interface PortWords {
  /** Nothing passes between two ports that are isolated. */
  isolated?: boolean;
  /** What comes from it may go back to it. */
  hairpin?: boolean;
}

export function portChange(index: number, { isolated, hairpin }: PortWords): Body {
  const fixed = fixedOf(index, {});
  fixed[0] = AF_BRIDGE;
  const value: Attribute[] = [];
  const put = (type: number, on: boolean | undefined) => {
    if (on !== undefined) value.push({ type, value: new Uint8Array([on ? 1 : 0]) });
  };
  put(BRPORT.MODE, hairpin);
  put(BRPORT.ISOLATED, isolated);
  return { fixed, attributes: [{ type: IFLA.PROTINFO, value }] };
}

/** Asks for one link by its name, or, without, for all. */
export function linkQuery(name?: string): Body {
  return {
    fixed: fixedOf(0, {}),
    attributes: name === undefined ? [] : [{ type: IFLA.IFNAME, value: name }],
  };
}

export function decodeLink(payload: Uint8Array, decode: Decode): Link {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const found = decodeAttributes(payload.subarray(FIXED));
  const none = new Uint8Array(0);
  const kind = decodeAttributes(found.get(IFLA.LINKINFO) ?? none).get(INFO_KIND);
  return {
    index: view.getInt32(4, true),
    up: (view.getUint32(8, true) & IFF_UP) !== 0,
    name: textOf(found.get(IFLA.IFNAME) ?? none, decode),
    mtu: numberOf(found.get(IFLA.MTU) ?? none),
    master: numberOf(found.get(IFLA.MASTER) ?? none),
    kind: kind === undefined ? "" : textOf(kind, decode),
    address: (found.get(IFLA.ADDRESS) ?? none).slice(),
  };
}

function fixedOf(index: number, { up }: LinkWords): Uint8Array {
  const fixed = new Uint8Array(FIXED);
  const view = new DataView(fixed.buffer);
  view.setInt32(4, index, true);
  if (up !== undefined) {
    view.setUint32(8, up ? IFF_UP : 0, true);
    view.setUint32(12, IFF_UP, true);
  }
  return fixed;
}

function attributesOf({ name, mtu, master, namespace, address }: LinkWords): Attribute[] {
  const pairs: [number, Attribute["value"] | undefined][] = [
    [IFLA.IFNAME, name],
    [IFLA.MTU, mtu],
    [IFLA.MASTER, master],
    [IFLA.NET_NS_FD, namespace],
    [IFLA.ADDRESS, address],
  ];
  return pairs.flatMap(([type, value]) => (value === undefined ? [] : [{ type, value }]));
}
