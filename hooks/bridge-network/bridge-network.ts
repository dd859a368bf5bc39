/**
 * A bridge of the host as a container's network: a pair of links, one of them a port of the bridge and the other the container's eth0, an
 * address that nobody else has, the way out, and published ports. What is undone is one thing, `leave`: the container's address and
 * ports are given back, and with the last one the bridge and its rules go.
 */

import { command, defineHook, Failure, files, inNamespace, network, option, shared } from "hookwright/hook";
import { attach, type Host, makeBridge, removeBridge, vethName } from "./links.ts";
import { giveBack, leaseOf, type Pool, type Settings, take } from "./pool.ts";
import { portOf, portsIn, portText } from "./port.ts";
import { type Networks, noRules, rulesOf } from "./rules.ts";
import { addressAt, gatewayNumber, networkText, subnetOf } from "./subnet.ts";

const BOOT = "/proc/sys/kernel/random/boot_id";

export default defineHook({
  name: "bridge-network",
  stages: ["createRuntime"],
  options: {
    bridge: option.text({
      means: "name of the bridge; it is made when it is missing",
      fallback: "hookwright0",
    }),
    subnet: option.text({ means: "IPv4 network of the containers", fallback: "10.93.0.0/24" }),
    subnet6: option.maybe(
      option.text({ means: "IPv6 network of the containers; without it they have none" }),
    ),
    gateway: option.maybe(
      option.text({ means: "address of the bridge; the first one of the network when absent" }),
    ),
    publish: option.list({ means: "[ADDRESS:]PORT:PORT[/udp]: a port of the host that is the container's" }),
    publishFrom: option.maybe(
      option.text({ means: "annotation in which a container says what is published" }),
    ),
    masquerade: option.choice({
      means: "whether containers go out under the host's address",
      of: ["on", "off"],
      fallback: "on",
    }),
    isolate: option.flag({ means: "containers on the bridge do not reach each other" }),
    mtu: option.maybe(option.whole({ means: "size of a packet", least: 1280, most: 65535, unit: "bytes" })),
    nft: option.path({ means: "the program of nftables", fallback: "/usr/sbin/nft" }),
  },
  uses: { command, files, inNamespace, network, shared },
  undo: {
    leave(
      { document, bridge }: { document: string; bridge: string },
      { container, shared, network, command, options },
    ) {
      shared(document, (pool) => {
        const before = pool.value as Pool | undefined;
        const lease = before === undefined ? undefined : leaseOf(before, container);
        if (before === undefined || lease === undefined) return;
        const after = giveBack(before, container);
        const networks = networksOf(after.settings);
        network.remove(vethName(networks.v4, lease.number));
        if (after.leases.length > 0) {
          nft(command, options.nft, rulesOf(bridge, after, networks));
          pool.write(after);
          return;
        }
        nft(command, options.nft, noRules(bridge));
        removeBridge(network, bridge, after);
        pool.remove();
      });
    },
  },
  run({ container, options, command, files, inNamespace, network, shared, remember, log }) {
    const { bridge } = options;
    refuseName(bridge);
    const settings = settingsOf(options);
    const networks = networksOf(settings);
    const annotated =
      options.publishFrom === undefined ? undefined : container.annotations[options.publishFrom];
    const ports = [...options.publish.map(portOf), ...portsIn(annotated ?? "")];
    const boot = files.readText(BOOT) ?? "";
    // The bridge of another network namespace is another one.
    const document = `bridge-network.${bridge}.${network.namespace()}`;
    const host: Host = { network, inNamespace, log };
    remember("leave", { document, bridge });
    shared(document, (shelf) => {
      const found = shelf.value as Pool | undefined;
      const known = found?.boot === boot ? found : undefined;
      if (known !== undefined) refuseOther(bridge, known.settings, settings);
      const last = Math.min(networks.v4.last, networks.v6?.last ?? Number.POSITIVE_INFINITY);
      const pool = take(known ?? newPool(host, bridge, boot, settings, networks), container, ports, last);
      const rules = rulesOf(bridge, pool, networks);
      // Before anything is done: there may be no nft, or a kernel that lacks something.
      if (known === undefined) nft(command, options.nft, rules, "--check");
      shelf.write(pool);
      makeBridge(host, bridge, pool, networks);
      nft(command, options.nft, rules);
      const lease = leaseOf(pool, container);
      if (lease === undefined) throw new Error("the container has no lease");
      attach(host, container.id, bridge, pool, networks, lease.number);
      const addresses = [networks.v4, networks.v6].flatMap((net) =>
        net === undefined ? [] : [addressAt(net, lease.number)],
      );
      log([...addresses, ...ports.map((port) => `published ${portText(port)}`)].join(", "));
    });
  },
});

interface Given {
  subnet: string;
  subnet6?: string | undefined;
  gateway?: string | undefined;
  masquerade: "on" | "off";
  isolate: boolean;
  mtu?: number | undefined;
}

function settingsOf({ subnet, subnet6, gateway, masquerade, isolate, mtu }: Given): Settings {
  const v4 = subnetOf("--subnet", subnet, 4);
  return {
    subnet: networkText(v4),
    ...(subnet6 === undefined ? {} : { subnet6: networkText(subnetOf("--subnet6", subnet6, 16)) }),
    gateway: gateway === undefined ? 1 : gatewayNumber(v4, gateway),
    masquerade: masquerade === "on",
    isolate,
    ...(mtu === undefined ? {} : { mtu }),
  };
}

function networksOf({ subnet, subnet6 }: Settings): Networks {
  const v4 = subnetOf("--subnet", subnet, 4);
  return subnet6 === undefined ? { v4 } : { v4, v6: subnetOf("--subnet6", subnet6, 16) };
}

function newPool(
  { network }: Pick<Host, "network">,
  bridge: string,
  boot: string,
  settings: Settings,
  { v4, v6 }: Networks,
): Pool {
  const made = network.link(bridge) === null;
  const had = made ? [] : network.addresses(bridge);
  const own = [v4, v6].flatMap((net) =>
    net === undefined ? [] : [`${addressAt(net, settings.gateway)}/${net.prefix}`],
  );
  const given = own.filter((address) => !had.includes(address));
  return { v: 1, boot, settings, made, given, lastNumber: 0, leases: [] };
}

/** It is part of the name of a table, and of a document. */
function refuseName(bridge: string): void {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const fits = bridge.length <= 15 && [...bridge].every((letter) => letters.includes(letter));
  if (fits && !"0123456789_".includes(bridge[0] ?? "_")) return;
  throw new Failure(
    "option_invalid",
    `read the options of bridge-network: --bridge ${JSON.stringify(bridge)} is not of lower-case letters, digits and _, 15 at most`,
  );
}

function refuseOther(bridge: string, now: Settings, wanted: Settings): void {
  if (JSON.stringify(now) === JSON.stringify(wanted)) return;
  throw new Failure(
    "bridge_differs",
    `attach to ${bridge}: it is in use as ${JSON.stringify(now)}, and this container's hook says ${JSON.stringify(wanted)}`,
    { hint: "give another --bridge, or stop the containers on this one first" },
  );
}

/** Throws `Failure` `nft_failed` with what it says; nothing of the transaction is done then. */
function nft(
  command: (argv: readonly string[], options: { input: string }) => { status: number; stderr: string },
  program: string,
  input: string,
  ...words: string[]
): void {
  const { status, stderr } = command([program, ...words, "-f", "-"], { input });
  if (status !== 0)
    throw new Failure("nft_failed", `set the rules by ${program}: ${stderr.trim().slice(0, 1000)}`);
}
