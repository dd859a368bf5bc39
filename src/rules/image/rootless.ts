/** A runtime configuration for somebody who is not root: without what the kernel would refuse. */

import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";

/** The mount that holds the host's /etc/resolv.conf: flags that a user namespace may not take away. */
export interface ResolvConf {
  /** Such as `nosuid`. */
  readonly lockedFlags: readonly string[];
}

/**
 * The host's network, since a rootless one has no way out, and with it its name servers; /sys of the host, since a new one
 * needs a network namespace; no limits, and no owners that are not mapped.
 */
export function asRootless(config: RuntimeConfig, resolvConf: ResolvConf | null): RuntimeConfig {
  const { resources: _, ...linux } = config.linux ?? {};
  const mounts = (config.mounts ?? [])
    .filter(({ destination }) => !isBelow(destination, "/sys"))
    .map(withoutOwners);
  return {
    ...config,
    mounts: [
      ...mounts,
      {
        destination: "/sys",
        type: "bind",
        source: "/sys",
        options: ["rbind", "nosuid", "noexec", "nodev", "ro"],
      },
      ...(resolvConf === null ? [] : [resolvConfMount(resolvConf)]),
    ],
    linux: {
      ...linux,
      namespaces: (linux.namespaces ?? []).filter(({ type }) => type !== "network"),
    },
  };
}

function withoutOwners(mount: OciMount): OciMount {
  if (mount.options === undefined) return mount;
  return { ...mount, options: mount.options.filter((option) => !/^[ug]id=/.test(option)) };
}

function resolvConfMount({ lockedFlags }: ResolvConf): OciMount {
  return {
    destination: "/etc/resolv.conf",
    type: "bind",
    source: "/etc/resolv.conf",
    options: [...lockedFlags, "rbind", "ro"],
  };
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
