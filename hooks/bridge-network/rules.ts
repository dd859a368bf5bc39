/**
 * The rules of a bridge, as a text for nft: a table of its own that is replaced as a whole in one transaction, so they always are what
 * the pool says.
 */

import type { Pool } from "./pool.ts";
import type { Port } from "./port.ts";
import { addressAt, networkText, type Subnet } from "./subnet.ts";

export interface Networks {
  readonly v4: Subnet;
  readonly v6?: Subnet;
}

export function tableOf(bridge: string): string {
  return `inet hookwright_${bridge}`;
}

/** Takes the table away, whether it is there or not. */
export function noRules(bridge: string): string {
  return `add table ${tableOf(bridge)}\ndelete table ${tableOf(bridge)}\n`;
}

export function rulesOf(bridge: string, pool: Pool, networks: Networks): string {
  const subnets = networks.v6 === undefined ? [networks.v4] : [networks.v4, networks.v6];
  const published = pool.leases.flatMap(({ number, ports }) =>
    ports.flatMap((port) => subnets.flatMap((subnet) => publish(port, subnet, number))),
  );
  const masquerading = subnets.flatMap((subnet) => masquerade(bridge, subnet, pool.settings.masquerade));
  const sections = [
    // The bridge may route what comes from 127.0.0.1, so that published ports answer there; nobody on it may go the other way.
    chain("loopback", "filter hook prerouting priority -300", [
      `iifname "${bridge}" ip daddr 127.0.0.0/8 drop`,
    ]),
    // The kernel has no way from ::1 to another machine.
    chain("leaving", "nat hook output priority -100", [
      "ip6 daddr ::1 return",
      "fib daddr type local jump published",
    ]),
    chain("arriving", "nat hook prerouting priority -100", ["fib daddr type local jump published"]),
    chain("masquerading", "nat hook postrouting priority 100", masquerading),
    chain("forwarding", "filter hook forward priority 0", [
      `iifname "${bridge}" return`,
      `oifname "${bridge}" ct state established,related accept`,
      `oifname "${bridge}" ct status dnat accept`,
      `oifname "${bridge}" drop`,
    ]),
  ];
  const table = [`  chain published {\n${lines(published)}  }\n`, ...sections].join("");
  return `${noRules(bridge)}table ${tableOf(bridge)} {\n${table}}\n`;
}

function publish({ address, host, container, protocol }: Port, subnet: Subnet, number: number): string[] {
  const { ip, to } = wordsOf(subnet, addressAt(subnet, number));
  if (address !== undefined && address.includes(":") !== (ip === "ip6")) return [];
  const where =
    address === undefined ? `meta nfproto ${ip === "ip" ? "ipv4" : "ipv6"}` : `${ip} daddr ${address}`;
  return [`${where} ${protocol} dport ${host} dnat ${ip} to ${to}:${container}`];
}

/** Sources that whoever answers could not reach: the host's loopback, a neighbour on the bridge, and outside the container's own. */
function masquerade(bridge: string, subnet: Subnet, outside: boolean): string[] {
  const { ip } = wordsOf(subnet, "");
  const own = networkText(subnet);
  const rules = [`${ip} saddr ${own} ${ip} daddr ${own} ct status dnat masquerade`];
  if (ip === "ip") rules.push(`ip saddr 127.0.0.0/8 oifname "${bridge}" masquerade`);
  if (outside) rules.push(`${ip} saddr ${own} ${ip} daddr != ${own} oifname != "${bridge}" masquerade`);
  return rules;
}

function wordsOf({ base }: Subnet, address: string): { ip: "ip" | "ip6"; to: string } {
  return base.length === 4 ? { ip: "ip", to: address } : { ip: "ip6", to: `[${address}]` };
}

function chain(name: string, type: string, rules: readonly string[]): string {
  return `  chain ${name} {\n    type ${type}; policy accept;\n${lines(rules)}  }\n`;
}

function lines(rules: readonly string[]): string {
  return rules.map((rule) => `    ${rule}\n`).join("");
}
