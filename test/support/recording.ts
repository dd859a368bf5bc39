/** What tests of the recorder's hook share: containers of one root, recorded by way of pins on a bpffs of its own. */

import { readFileSync } from "node:fs";
import type { RuntimeConfig } from "../../src/spec/runtime-config.ts";
import { mountBpffs } from "./bpffs.ts";
import { makeBundle } from "./bundle.ts";
import type { TempRoot } from "./root.ts";
import { type RuntimeName, runRuntime } from "./runtime.ts";

/** Mounts the bpffs and names the pins in HOOKWRIGHT_PINS; returns their path. */
export async function beginPins(root: TempRoot): Promise<string> {
  const bpffs = `${root.work}/bpf`;
  await mountBpffs(bpffs);
  const pins = `${bpffs}/hookwright`;
  process.env.HOOKWRIGHT_PINS = pins;
  return pins;
}

/** The calls that a profile allows. */
export function allowedIn(profile: string): string[] {
  return JSON.parse(readFileSync(profile, "utf8"))
    .syscalls.filter(({ action }: { action: string }) => action === "SCMP_ACT_ALLOW")
    .flatMap(({ names }: { names: string[] }) => names);
}

/** Bundles and runs of a root that is there once the tests begin. */
export function containersOf(root: () => TempRoot) {
  const bundleOf = (name: string, args: string[], tweak?: (config: RuntimeConfig) => void) =>
    makeBundle(`${root().work}/${name}`, {
      args,
      rootfs: `${root().work}/rootfs`,
      ...(tweak && { tweak }),
    });
  return {
    bundleOf,
    /** One that runs a shell script under a profile. */
    confined: (name: string, profile: string, script: string) =>
      bundleOf(name, ["/bin/sh", "-c", script], (config) => {
        config.linux = { ...config.linux, seccomp: JSON.parse(readFileSync(profile, "utf8")) };
      }),
    run: (runtime: RuntimeName, bundle: string, id: string, via?: string[]) =>
      runRuntime(runtime, root().root, ["run", "--bundle", bundle, id], via === undefined ? {} : { via }),
  };
}
