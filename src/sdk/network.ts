/**
 * Links, addresses and routes, by rtnetlink: no program of the host is needed. Each is that of the network namespace in which the hook
 * stands, so `inNamespace("net", () => network.…)` does it in the container.
 */

import { type Network as Bits, ipText, parseIp, parseNetwork } from "../codec/ip.ts";
import {
  addressBody,
  addressQuery,
  decodeAddress,
  RTM_ADDRESS,
  RTM_ROUTE,
  routeBody,
} from "../codec/netlink/address.ts";
import {
  decodeLink,
  type Link,
  type LinkWords,
  linkChange,
  linkQuery,
  newBridge,
  newVeth,
  portChange,
  RTM_LINK,
} from "../codec/netlink/link.ts";
import { NLM } from "../codec/netlink/message.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { namespaceId } from "../linux/namespace.ts";
import { O, open } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { readTextIfThere } from "../linux/read.ts";
import { writeControl } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import type { Call, Capability } from "./define.ts";
import { processOf } from "./namespaces.ts";
import { rtnetlink } from "./rtnetlink.ts";

export interface LinkOptions {
  /** As it is called: 15 bytes at most, without `/` and white space. */
  name?: string;
  up?: boolean;
  /** Bytes: how much a packet may have. */
  mtu?: number;
  /** Name of the bridge that it becomes a port of; null for none. */
  bridge?: string | null;
  /** Of two ports of a bridge that are isolated neither receives what the other sends. */
  isolated?: boolean;
  /** A bridge may send back to a port what comes from it, as to a container that asks for its own published port. */
  hairpin?: boolean;
  /** In the container's network namespace, to which it moves or in which it is made; at prestart, createRuntime and poststart. */
  inContainer?: boolean;
}

const SETTINGS = "/proc/sys/net";
const MOST = 4096;

/**
 * All of it throws LinuxError with what the kernel says, such as `rtnetlink new veth a (Invalid MTU): invalid argument (EINVAL)`, and
 * `Failure` `address_invalid` for what is no address.
 */
export interface Network {
  /** Number of the network namespace in which the hook stands. */
  namespace(): number;
  /** Null when there is none of that name. */
  link(name: string): Link | null;
  links(): Link[];
  /** EEXIST when there is a link of that name. */
  addBridge(name: string, options?: Omit<LinkOptions, "name">): void;
  /**
   * A pair of links, each of which receives what the other sends; both are removed with either, or with its namespace. Throws `Failure`
   * `host_network` for a peer in a container that has no network of its own.
   */
  addVeth(name: string, peer: LinkOptions & { name: string }, options?: Omit<LinkOptions, "name">): void;
  change(name: string, options: LinkOptions): void;
  /** False when there is none of that name. */
  remove(name: string): boolean;
  /** Such as `10.0.0.1/8` and `fe80::1/64`. */
  addresses(name: string): string[];
  /** An address with the bits of its network, such as `10.0.0.1/8`, to be used at once; false when the link has it already. */
  addAddress(name: string, address: string): boolean;
  removeAddress(name: string, address: string): void;
  /** `to` a network such as `10.0.0.0/8`, or the default. `via` is a gateway, `link` a name; one of them is needed. */
  addRoute(route: { to?: string; via?: string; link?: string }): void;
  /** A setting below /proc/sys/net, such as `ipv4/ip_forward`; null when this kernel has none of that name. */
  setting(name: string): string | null;
  set(name: string, value: string): void;
}

export const network: Capability<
  Network,
  "prestart" | "createRuntime" | "createContainer" | "poststart" | "poststop"
> = {
  name: "network",
  stages: ["prestart", "createRuntime", "createContainer", "poststart", "poststop"],
  because: "the container's program decides what it has there, and has the rights of the container only",
  open: (call) => ({
    namespace: () => namespaceId("net") ?? 0,
    link: linkOf,
    links: () =>
      rtnetlink(RTM_LINK.get, NLM.DUMP, linkQuery(), "links").map(({ payload }) =>
        decodeLink(payload, decode),
      ),
    addBridge: (name, options = {}) =>
      withWords(call, { ...options, name }, (words) => {
        rtnetlink(RTM_LINK.new, NLM.CREATE | NLM.EXCL, newBridge(words), `new bridge ${name}`);
      }),
    addVeth: (name, peer, options = {}) =>
      withWords(call, { ...options, name }, (words) =>
        withWords(call, peer, (peerWords) => {
          rtnetlink(RTM_LINK.new, NLM.CREATE | NLM.EXCL, newVeth(words, peerWords), `new veth ${name}`);
          setPort(name, options);
        }),
      ),
    change: (name, options) =>
      withWords(call, options, (words) => {
        rtnetlink(RTM_LINK.set, 0, linkChange(indexOf(name), words), `change ${name}`);
        setPort(options.name ?? name, options);
      }),
    remove,
    addresses: (name) => {
      const index = indexOf(name);
      const all = rtnetlink(RTM_ADDRESS.get, NLM.DUMP, addressQuery(), "addresses");
      const own = all.map(({ payload }) => decodeAddress(payload)).filter(({ link }) => link === index);
      return own.map(({ address, prefix }) => `${ipText(address)}/${prefix}`);
    },
    addAddress,
    removeAddress: (name, address) => {
      rtnetlink(
        RTM_ADDRESS.delete,
        0,
        addressBody(indexOf(name), networkOf(address)),
        `remove ${address} of ${name}`,
      );
    },
    addRoute: ({ to, via, link }) => {
      const route = {
        ...(to === undefined ? {} : { to: networkOf(to) }),
        ...(via === undefined ? {} : { via: ipOf(via) }),
        ...(link === undefined ? {} : { link: indexOf(link) }),
      };
      const shown = `new route ${to ?? "default"} ${via ?? link ?? ""}`;
      rtnetlink(RTM_ROUTE.new, NLM.CREATE | NLM.EXCL, routeBody(route), shown);
    },
    // The kernel shows whoever opens such a file the settings of its own network namespace.
    setting: (name) => readTextIfThere(`${SETTINGS}/${name}`, MOST)?.trim() ?? null,
    set: (name, value) => writeControl(`${SETTINGS}/${name}`, value),
  }),
};

function linkOf(name: string): Link | null {
  try {
    const [found] = rtnetlink(RTM_LINK.get, 0, linkQuery(name), `link ${name}`);
    return found === undefined ? null : decodeLink(found.payload, decode);
  } catch (error) {
    if (failedWith(error, "ENODEV")) return null;
    throw error;
  }
}

function indexOf(name: string): number {
  const link = linkOf(name);
  if (link === null) throw new Failure("no_link", `use the link ${name}: there is none of that name`);
  return link.index;
}

function remove(name: string): boolean {
  const link = linkOf(name);
  if (link === null) return false;
  try {
    rtnetlink(RTM_LINK.delete, 0, linkChange(link.index, {}), `remove ${name}`);
    return true;
  } catch (error) {
    // Gone in between, with the namespace of its peer.
    if (failedWith(error, "ENODEV")) return false;
    throw error;
  }
}

function addAddress(name: string, address: string): boolean {
  try {
    const body = addressBody(indexOf(name), networkOf(address));
    rtnetlink(RTM_ADDRESS.new, NLM.CREATE | NLM.EXCL, body, `new address ${address} of ${name}`);
    return true;
  } catch (error) {
    if (failedWith(error, "EEXIST")) return false;
    throw error;
  }
}

/** A port is a port of the bridge in which it is by now. */
function setPort(name: string, { isolated, hairpin }: LinkOptions): void {
  if (isolated === undefined && hairpin === undefined) return;
  const words = {
    ...(isolated === undefined ? {} : { isolated }),
    ...(hairpin === undefined ? {} : { hairpin }),
  };
  rtnetlink(RTM_LINK.set, 0, portChange(indexOf(name), words), `change the port ${name}`);
}

/** The words of a request while the namespace that they name is open. */
function withWords<T>(call: Call, options: LinkOptions, work: (words: LinkWords) => T): T {
  const { name, up, mtu, bridge, inContainer } = options;
  const words: LinkWords = {
    ...(name === undefined ? {} : { name }),
    ...(up === undefined ? {} : { up }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(bridge === undefined ? {} : { master: bridge === null ? 0 : indexOf(bridge) }),
  };
  if (!inContainer) return work(words);
  const namespace = containerNamespace(call);
  try {
    return work({ ...words, namespace });
  } finally {
    close(namespace);
  }
}

function containerNamespace(call: Call): number {
  const pid = processOf(call);
  if (namespaceId("net", pid) === namespaceId("net")) {
    throw new Failure("host_network", `put a link into ${call.container.id}: it has no network of its own`, {
      hint: "give the container a network namespace; with Docker and Podman `--network none`",
    });
  }
  return open(`/proc/${pid}/ns/net`, O.RDONLY);
}

function ipOf(text: string): Uint8Array {
  const address = parseIp(text);
  if (address !== undefined) return address;
  throw new Failure("address_invalid", `use ${JSON.stringify(text)}: it is no address`);
}

function networkOf(text: string): Bits {
  const found = parseNetwork(text);
  if (found !== undefined) return found;
  throw new Failure(
    "address_invalid",
    `use ${JSON.stringify(text)}: it is no address with the bits of its network`,
  );
}
