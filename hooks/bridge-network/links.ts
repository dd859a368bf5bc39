/** The links of a bridge and of its containers. Each step can be done again: one that was killed half-way may have been here before. */

import { Failure, type InNamespace, type Network } from "hookwright/hook";
import type { Pool } from "./pool.ts";
import type { Networks } from "./rules.ts";
import { addressAt, type Subnet } from "./subnet.ts";

export interface Host {
  readonly network: Network;
  readonly inNamespace: InNamespace;
  log(line: string): void;
}

/** The host's link of a container, after its address: no two of them have the same. */
export function vethName({ base }: Subnet, number: number): string {
  const bytes = [...base].map((byte, i) => byte | ((number >>> (8 * (3 - i))) & 0xff));
  return `hw${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Makes the bridge what the pool says, and lets the kernel forward. */
export function makeBridge({ network, log }: Host, bridge: string, pool: Pool, { v6 }: Networks): void {
  const { mtu } = pool.settings;
  const link = network.link(bridge);
  if (link === null) network.addBridge(bridge, { ...(mtu === undefined ? {} : { mtu }) });
  else if (link.kind !== "bridge")
    throw new Failure("no_bridge", `attach to ${bridge}: it is a link, and no bridge`);
  for (const address of pool.given) network.addAddress(bridge, address);
  network.change(bridge, { up: true });
  // So that what comes from 127.0.0.1 may leave by it.
  network.set(`ipv4/conf/${bridge}/route_localnet`, "1");
  for (const name of v6 === undefined
    ? ["ipv4/ip_forward"]
    : ["ipv4/ip_forward", "ipv6/conf/all/forwarding"]) {
    if (network.setting(name) === "1") continue;
    network.set(name, "1");
    log(`net/${name} is 1 from now on`);
  }
}

/** With the bridge go its addresses; one that was there before keeps its own. */
export function removeBridge(network: Network, bridge: string, { made, given }: Pool): void {
  if (made) {
    network.remove(bridge);
    return;
  }
  if (network.link(bridge) === null) return;
  const has = network.addresses(bridge);
  for (const address of given) if (has.includes(address)) network.removeAddress(bridge, address);
}

/** Gives the container its eth0, an address on it, and the way out. */
export function attach(
  { network, inNamespace }: Host,
  id: string,
  bridge: string,
  { settings }: Pool,
  { v4, v6 }: Networks,
  number: number,
): void {
  const { gateway, isolate, mtu } = settings;
  if (inNamespace("net", () => network.link("eth0")) !== null) {
    throw new Failure("link_exists", `attach ${id} to ${bridge}: it has an eth0 already`, {
      hint: "with Docker and Podman, start it with `--network none`",
    });
  }
  const name = vethName(v4, number);
  network.remove(name);
  const size = mtu === undefined ? {} : { mtu };
  network.addVeth(
    name,
    { name: "eth0", inContainer: true, ...size },
    { ...size, bridge, hairpin: true, isolated: isolate, up: true },
  );
  inNamespace("net", () => {
    network.change("lo", { up: true });
    if (v6 !== undefined && network.setting("ipv6/conf/eth0/disable_ipv6") === "1")
      network.set("ipv6/conf/eth0/disable_ipv6", "0");
    for (const net of [v4, v6])
      if (net !== undefined) network.addAddress("eth0", `${addressAt(net, number)}/${net.prefix}`);
    network.change("eth0", { up: true });
    for (const net of [v4, v6]) if (net !== undefined) network.addRoute({ via: addressAt(net, gateway) });
  });
}
