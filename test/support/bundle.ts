/**
 * Bundles for real containers: a root file system that is one static busybox, and a config.json that runc and crun both
 * accept without a cgroup controller, a terminal or a capability.
 */

import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { RuntimeConfig } from "../../src/spec/runtime-config.ts";

const BUSYBOX = "/usr/bin/busybox";
const APPLETS =
  "sh cat echo ls sleep true false env id kill ps mount umount head tail dd seq test touch mkdir stat tr wc yes od setsid nohup date grep sed awk cut sort printf expr hostname ulimit ln rm cp chmod find xargs timeout".split(
    " ",
  );

export interface BundleOptions {
  /** process.args; `["/bin/true"]` when absent. */
  args?: string[];
  /** Root file system to share with other bundles; made below the bundle when absent. */
  rootfs?: string;
  /** Changes the configuration before it is written. */
  tweak?: (config: RuntimeConfig) => void;
}

/** Makes `dir` a bundle and returns `dir`. */
export function makeBundle(dir: string, options: BundleOptions = {}): string {
  mkdirSync(dir, { recursive: true });
  const config = baseConfig(options.args ?? ["/bin/true"]);
  config.root = { path: options.rootfs ?? "rootfs", readonly: false };
  options.tweak?.(config);
  makeRootfs(options.rootfs ?? `${dir}/rootfs`);
  writeFileSync(`${dir}/config.json`, JSON.stringify(config));
  return dir;
}

/** Makes a busybox root file system unless it is there already; returns its path. */
export function makeRootfs(dir: string): string {
  if (existsSync(`${dir}/bin/busybox`)) return dir;
  for (const name of ["bin", "proc", "dev", "sys", "tmp", "etc"])
    mkdirSync(`${dir}/${name}`, { recursive: true });
  copyFileSync(BUSYBOX, `${dir}/bin/busybox`);
  for (const applet of APPLETS) symlinkSync("busybox", `${dir}/bin/${applet}`);
  return dir;
}

/** A configuration with its own pid, network, ipc, uts and mount namespace, /proc, and tmpfs on /dev. */
export function baseConfig(args: string[]): RuntimeConfig {
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args,
      env: ["PATH=/usr/bin:/bin", "HOME=/"],
      cwd: "/",
      noNewPrivileges: true,
    },
    root: { path: "rootfs" },
    hostname: "hookwright-test",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
    ],
    linux: {
      namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })),
    },
  };
}
