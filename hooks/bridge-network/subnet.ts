/** A network whose addresses are numbered: 0 is the network itself, 1 the first that a machine can have. */

import { Failure, ipText, parseIp, parseNetwork } from "hookwright/hook";

export interface Subnet {
  readonly base: Uint8Array;
  readonly prefix: number;
  /** Numbers of addresses that machines can have: 1 to this. */
  readonly last: number;
}

/** As many as a bridge has room for, by far. */
const MOST = 65534;

/** Throws `Failure` `option_invalid` for what is no network, has bits behind its prefix, or has no room for two machines. */
export function subnetOf(word: string, text: string, length: 4 | 16): Subnet {
  const found = parseNetwork(text);
  const kind = length === 4 ? "IPv4" : "IPv6";
  if (found === undefined || found.address.length !== length) throw wrong(word, text, `no ${kind} network`);
  const { address, prefix } = found;
  const bits = length * 8 - prefix;
  if (bits < 2) throw wrong(word, text, "too small for a gateway and a container");
  const last = bits > 16 ? MOST : 2 ** bits - 2;
  const subnet = { base: address, prefix, last };
  if (numberIn({ ...subnet, base: masked(address, prefix) }, address) !== 0)
    throw wrong(word, text, "an address, and no network: bits behind its prefix are set");
  return subnet;
}

/** The address of that number. */
export function addressAt({ base }: Subnet, number: number): string {
  const address = base.slice();
  for (let i = address.length - 1, rest = number; rest > 0; i--, rest = Math.floor(rest / 256))
    address[i] = (address[i] ?? 0) | (rest & 0xff);
  return ipText(address);
}

export function networkText({ base, prefix }: Subnet): string {
  return `${ipText(base)}/${prefix}`;
}

/** The number of a gateway's address. Throws `Failure` `option_invalid` when it is none of the network's. */
export function gatewayNumber(subnet: Subnet, text: string): number {
  const address = parseIp(text);
  const number = address === undefined ? undefined : numberIn(subnet, address);
  if (number !== undefined && number >= 1 && number <= subnet.last) return number;
  throw wrong("--gateway", text, `no address of ${networkText(subnet)}`);
}

/** Of an address within the network; undefined for any other, or one whose number is beyond counting. */
function numberIn({ base, prefix }: Subnet, address: Uint8Array): number | undefined {
  if (address.length !== base.length) return undefined;
  const network = masked(address, prefix);
  if (network.some((byte, i) => byte !== base[i])) return undefined;
  const number = address.reduce((sum, byte, i) => sum * 256 + byte - (network[i] ?? 0), 0);
  return Number.isSafeInteger(number) ? number : undefined;
}

function masked(address: Uint8Array, prefix: number): Uint8Array {
  return address.map((byte, i) => byte & (0xff00 >> Math.min(Math.max(prefix - i * 8, 0), 8)));
}

function wrong(word: string, text: string, why: string): Failure {
  return new Failure(
    "option_invalid",
    `read the options of bridge-network: ${word} ${JSON.stringify(text)} is ${why}`,
  );
}
