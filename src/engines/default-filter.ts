/**
 * The seccomp filter that an engine gives to a container which asks for none. Docker has it in dockerd's code, Podman in a file
 * or in its code, and both fit it to the machine and to the container's capabilities; so the engine is asked: a throw-away
 * container is made, and what the engine wrote for the runtime is read.
 */

import { readFileSync } from "node:fs";
import { Failure } from "../spec/failure.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import type { FilteringEngine } from "./engine.ts";
import type { Machine } from "./machine.ts";
import { client, importImage, TRYOUT, withContainer, withRootfs } from "./tryout.ts";

/** The recorder waits for a state on standard input, which never comes. */
const WAITING = [TRYOUT, "hookwright-record"];

/** Each returns the container's configuration as the runtime gets it. */
const CONFIGS: { readonly [E in FilteringEngine]: (machine: Machine, rootfs: string) => string } = {
  docker(machine, rootfs) {
    return importImage(machine, rootfs, (image) => {
      const create = ["create", "--interactive", "--network", "none", image, ...WAITING];
      return withContainer(machine, "docker", create, (id) => {
        client(machine, "docker", ["start", id]);
        const pid = client(machine, "docker", ["inspect", "--format", "{{.State.Pid}}", id]);
        return readFileSync(`/proc/${parentOf(pid)}/cwd/config.json`, "utf8");
      });
    });
  },
  podman(machine, rootfs) {
    const create = ["create", "--network", "none", "--rootfs", rootfs, ...WAITING];
    return withContainer(machine, "podman", create, (id) => {
      client(machine, "podman", ["init", id]);
      return readFileSync(
        client(machine, "podman", ["inspect", "--format", "{{.OCIConfigPath}}", id]),
        "utf8",
      );
    });
  },
  containerd(machine, rootfs) {
    const id = `hookwright-filter-${process.pid}`;
    client(machine, "ctr", ["container", "create", "--seccomp", "--rootfs", rootfs, id, ...WAITING]);
    try {
      return client(machine, "ctr", ["container", "info", "--spec", id]);
    } finally {
      client(machine, "ctr", ["container", "rm", id]);
    }
  },
};

/**
 * The filter as JSON. Containerd's is the one that its clients ask for by `--seccomp` or RuntimeDefault.
 * @throws Failure `engine_run` with the engine's own words, `engine_no_filter`
 */
export function defaultFilter(engine: FilteringEngine, machine: Machine, program: Uint8Array): string {
  const text = withRootfs(program, (rootfs) => CONFIGS[engine](machine, rootfs));
  const { linux } = JSON.parse(text) as RuntimeConfig;
  if (linux?.seccomp != null) return JSON.stringify(linux.seccomp, null, 2);
  throw new Failure(
    "engine_no_filter",
    `ask ${engine} for its default profile: its containers get no filter`,
    {
      hint: `is seccomp switched off in ${engine}'s configuration, or is the kernel built without it?`,
    },
  );
}

/** Containerd's shim: it works in the container's bundle. */
function parentOf(pid: string): string {
  return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}
