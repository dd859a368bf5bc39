/**
 * Name resolution made right for the container: /etc/resolv.conf with servers that it can reach, and /etc/hosts with its own name.
 * Written at createContainer, where the container's mounts are in place and its program has not started.
 */

import { config, defineHook, Failure, files, option, rootfs } from "hookwright/hook";
import { isAddress } from "./address.ts";
import { hostsFile } from "./hosts.ts";
import { resolvConf } from "./resolv-conf.ts";

/** What systemd-resolved knows of the servers behind its own, which a container does not reach. */
const BEHIND_RESOLVED = "/run/systemd/resolve/resolv.conf";

export default defineHook({
  name: "resolv",
  stages: ["createContainer"],
  options: {
    nameserver: option.list({ means: "address of a name server; the host's when there is none" }),
    search: option.list({ means: "a domain to search; the host's when there is none" }),
    option: option.list({ means: "a resolver option such as ndots:2; the host's when there is none" }),
    host: option.list({ means: "a line of /etc/hosts, NAME=ADDRESS" }),
  },
  uses: { config, files, rootfs },
  run({ options, config, files, rootfs, log }) {
    for (const server of options.nameserver) {
      if (!isAddress(server)) throw notOne("--nameserver", server, "an IPv4 or IPv6 address");
    }
    const extra = options.host.map((word) => {
      const equals = word.indexOf("=");
      const [name, address] = [word.slice(0, equals), word.slice(equals + 1)];
      if (equals < 1 || !isAddress(address) || /[\s#]/.test(name))
        throw notOne("--host", word, "NAME=ADDRESS");
      return { name, address };
    });
    for (const word of [...options.search, ...options.option])
      if (/\s/.test(word)) throw notOne("--search or --option", word, "one word");
    const isolated = (config.linux?.namespaces ?? []).some(({ type }) => type === "network");
    const texts = ["/etc/resolv.conf", BEHIND_RESOLVED].map((path) => files.readText(path) ?? "");
    const { nameserver, search, option } = options;
    const resolv = resolvConf(texts, { nameservers: nameserver, search, options: option, isolated });
    if (resolv.servers === 0)
      log("no name server that the container could reach; give one with --nameserver");
    rootfs.makeDirectory("/etc");
    rootfs.writeText("/etc/resolv.conf", resolv.text);
    const hostname = typeof config.hostname === "string" ? config.hostname : "";
    rootfs.writeText("/etc/hosts", hostsFile(hostname, extra));
  },
});

function notOne(word: string, value: string, wanted: string): Failure {
  return new Failure(
    "option_invalid",
    `read the options of resolv: ${word} ${JSON.stringify(value)} is not ${wanted}`,
  );
}
