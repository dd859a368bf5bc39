/**
 * Podman with everything of its own below a test's root: storage, state, configuration. It runs where crun runs
 * (runtime.ts), without a network, and with limits that need no CAP_SYS_RESOURCE.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { makeRootfs } from "./bundle.ts";
import type { TempRoot } from "./root.ts";
import { hidingHybrid, type Outcome, RUNTIMES, run, runtimePath } from "./runtime.ts";

export interface Podman {
  /** A directory of hooks.d files that it reads. */
  hooks: string;
  /** Runs `podman ARGS`. */
  podman(...args: string[]): Promise<Outcome>;
  /** `podman run --rm --network none --runtime RUNTIME …`. */
  run(runtime: string, ...args: string[]): Promise<Outcome>;
}

/** The image of busybox is called so. */
export const IMAGE = "localhost/busybox:1";

/** Needs the program `podman`. */
export async function podmanIn(root: TempRoot): Promise<Podman> {
  const dir = `${root.work}/podman`;
  const hooks = `${dir}/hooks.d`;
  mkdirSync(hooks, { recursive: true });
  const runtimes = RUNTIMES.map((name) => `${name} = ["${runtimePath(name)}"]`).join("\n");
  const files = (Number(Bun.spawnSync(["sh", "-c", "ulimit -Hn"]).stdout.toString()) || 20_000).toString();
  writeFileSync(
    `${dir}/containers.conf`,
    `[containers]\ndefault_ulimits = ["nofile=${files}:${files}", "nproc=4096:4096"]\nlog_driver = "k8s-file"\n` +
      `[engine]\nlock_type = "file"\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\n[engine.runtimes]\n${runtimes}\n`,
  );
  writeFileSync(
    `${dir}/storage.conf`,
    `[storage]\ndriver = "vfs"\nrunroot = "${dir}/run"\ngraphroot = "${dir}/root"\n`,
  );
  const start = ["podman", "--root", `${dir}/root`, "--runroot", `${dir}/run`, "--tmpdir", `${dir}/tmp`];
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: dir,
    CONTAINERS_CONF: `${dir}/containers.conf`,
    CONTAINERS_STORAGE_CONF: `${dir}/storage.conf`,
    PODMAN_IGNORE_CGROUPSV1_WARNING: "1",
  };
  const podman = async (...args: string[]) =>
    run(await hidingHybrid([...start, "--hooks-dir", hooks, ...args]), { env });
  Bun.spawnSync(["tar", "-C", makeRootfs(`${dir}/rootfs`), "-cf", `${dir}/busybox.tar`, "."]);
  const imported = await podman("import", "-q", `${dir}/busybox.tar`, IMAGE);
  if (imported.code !== 0) throw new Error(`podman import: ${imported.stderr}`);
  return {
    hooks,
    podman,
    run: (runtime, ...args) => podman("--runtime", runtime, "run", "--rm", "--network", "none", ...args),
  };
}
