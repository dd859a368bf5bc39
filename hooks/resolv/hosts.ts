/** The text of a container's /etc/hosts. */

/** The machine itself under its usual names and `hostname` (empty: it has none), then what is asked for. */
export function hostsFile(hostname: string, extra: readonly { name: string; address: string }[]): string {
  const own = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(hostname) ? ` ${hostname}` : "";
  const lines = [
    `127.0.0.1 localhost${own}`,
    "::1 localhost ip6-localhost ip6-loopback",
    "ff02::1 ip6-allnodes",
    "ff02::2 ip6-allrouters",
    ...extra.map(({ name, address }) => `${address} ${name}`),
  ];
  return `${lines.join("\n")}\n`;
}
