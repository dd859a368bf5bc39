/** Published ports, as words: `[ADDRESS:]PORT:PORT[/tcp|/udp]`, the host's first. */

import { Failure, ipText, parseIp } from "hookwright/hook";

export interface Port {
  /** Of the host, as text; every one of them when absent. */
  readonly address?: string;
  readonly host: number;
  readonly container: number;
  readonly protocol: "tcp" | "udp";
}

/** Throws `Failure` `port_invalid`. */
export function portOf(word: string): Port {
  const [places = "", protocol = "tcp", ...rest] = word.split("/");
  const cut = places.lastIndexOf(":");
  const before = places.slice(0, Math.max(cut, 0));
  const middle = before.lastIndexOf(":");
  const host = numberOf(before.slice(middle + 1));
  const container = numberOf(places.slice(cut + 1));
  const address = middle < 0 ? undefined : parseIp(withoutBrackets(before.slice(0, middle)));
  const whole = host !== undefined && container !== undefined && (middle < 0 || address !== undefined);
  if (!whole || rest.length > 0 || (protocol !== "tcp" && protocol !== "udp")) {
    throw new Failure("port_invalid", `publish ${JSON.stringify(word)}: it is no port`, {
      hint: "write it as 8080:80, 8080:80/udp, 127.0.0.1:8080:80/tcp or [fd00::1]:8080:80",
    });
  }
  return { ...(address === undefined ? {} : { address: ipText(address) }), host, container, protocol };
}

/** The words of an annotation: separated by commas or spaces. */
export function portsIn(text: string): Port[] {
  return text
    .split(",")
    .flatMap((part) => part.split(" "))
    .filter((word) => word !== "")
    .map(portOf);
}

/** Whether both want the same port of the same address. */
export function overlap(a: Port, b: Port): boolean {
  if (a.host !== b.host || a.protocol !== b.protocol) return false;
  return a.address === undefined || b.address === undefined || a.address === b.address;
}

export function portText({ address, host, container, protocol }: Port): string {
  const from = address === undefined ? "" : `${address.includes(":") ? `[${address}]` : address}:`;
  return `${from}${host}:${container}/${protocol}`;
}

function withoutBrackets(word: string): string {
  return word.startsWith("[") && word.endsWith("]") ? word.slice(1, -1) : word.includes(":") ? "" : word;
}

function numberOf(word: string): number | undefined {
  const number = Number(word);
  return word === String(number) && Number.isInteger(number) && number >= 1 && number <= 65535
    ? number
    : undefined;
}
