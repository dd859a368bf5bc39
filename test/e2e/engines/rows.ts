/** Docker and Podman of the releases, and the ways in of each: how it is prepared, enabled, asked for hooks, and killed. */

import { mkdirSync, writeFileSync } from "node:fs";
import type { Subprocess } from "bun";
import { makeRootfs } from "../../support/bundle.ts";
import { EVERY, programsOf, type Release } from "../../support/engine-programs.ts";
import { type EngineWorld, preparePodman, startDocker } from "../../support/engines.ts";
import type { TempRoot } from "../../support/root.ts";
import type { Outcome, RuntimeName } from "../../support/runtime.ts";
import type { Client } from "./life.ts";

export const IMAGE = "localhost/bb:1";
/** Milliseconds that a client may take, when ten run at once on a machine that is busy. */
const LONG = 180_000;

/** `native`: hooks.d and devices, as far as the engine has them. */
export type Way = "wrapper" | "native";

export interface Row {
  readonly engine: "docker" | "podman";
  readonly version: string;
  readonly release: Release;
  readonly runtime: RuntimeName;
  readonly ways: readonly Way[];
  /** The way in which fifty containers are started in CI, too. */
  readonly many?: Way;
}

const BOTH = ["wrapper", "native"] as const;
const IN_CI: Row[] = [
  { engine: "docker", version: "20.10", release: "bookworm", runtime: "runc", ways: ["wrapper"] },
  { engine: "docker", version: "26.1", release: "trixie", runtime: "runc", ways: BOTH, many: "wrapper" },
  { engine: "podman", version: "4.3", release: "bookworm", runtime: "crun", ways: BOTH },
  { engine: "podman", version: "5.4", release: "trixie", runtime: "crun", ways: BOTH, many: "native" },
];
const OUTSIDE_CI: Row[] = [
  { engine: "docker", version: "20.10", release: "bookworm", runtime: "crun", ways: ["wrapper"] },
  { engine: "docker", version: "26.1", release: "trixie", runtime: "crun", ways: BOTH },
  { engine: "docker", version: "28.5", release: "unstable", runtime: "runc", ways: BOTH },
  { engine: "podman", version: "4.3", release: "bookworm", runtime: "runc", ways: BOTH },
  { engine: "podman", version: "5.4", release: "trixie", runtime: "runc", ways: BOTH },
];
export const ROWS = EVERY ? [...IN_CI, ...OUTSIDE_CI] : IN_CI;

export interface Engine {
  readonly client: Client;
  /** The file that is there before we come. */
  readonly file: string;
  /** Starts it, without us, and gives it the image. */
  prepare(): Promise<void>;
  /** Makes it read its configuration anew. */
  reread(way: Way): Promise<void>;
  /** Flags of `run` for these definitions. */
  ask(way: Way, definitions: readonly string[]): string[];
  /** Kills what keeps the container, and starts it again where it has to be. */
  crash(container: string): Promise<void>;
}

export function engineOf(row: Row, world: EngineWorld, root: TempRoot): Engine {
  return row.engine === "docker" ? dockerOf(row, world, root) : podmanOf(row, world, root);
}

/** Imports busybox by `CLIENT import -`. */
async function importImage(world: EngineWorld, root: TempRoot, client: string): Promise<void> {
  makeRootfs(`${root.work}/image`);
  const { code, stderr } = await world.run([
    "sh",
    "-c",
    `tar -C ${root.work}/image -c . | ${client} import - ${IMAGE}`,
  ]);
  if (code !== 0) throw new Error(`${client} import: ${stderr}`);
}

const devices = (names: readonly string[]) =>
  names.flatMap((name) => ["--device", `hookwright.dev/hook=${name}`]);

function dockerOf({ runtime, release }: Row, world: EngineWorld, root: TempRoot): Engine {
  const file = `${root.root}/etc/docker/daemon.json`;
  let daemon: Subprocess;
  const restart = async () => {
    daemon.kill();
    await daemon.exited;
    daemon = await startDocker(world, root);
  };
  const client = (...words: string[]): Promise<Outcome> => world.run(["docker", ...words], LONG);
  return {
    file,
    client,
    async prepare() {
      mkdirSync(`${root.root}/etc/docker`);
      const crun =
        runtime === "crun"
          ? `"runtimes": {"crun": {"path": "${release === "bookworm" ? "/usr/bin" : programsOf(release)}/crun"}}, "default-runtime": "crun",`
          : "";
      writeFileSync(file, `{"exec-opts": ["native.cgroupdriver=cgroupfs"], ${crun}  "debug":false}\n`);
      daemon = await startDocker(world, root);
      await importImage(world, root, "docker");
    },
    async reread(way) {
      // Devices take a restart where they were switched on.
      if (way === "native") await restart();
      else {
        daemon.kill("SIGHUP");
        const asked = ["info", "--format", "{{.DefaultRuntime}}"];
        for (let tries = 0; tries < 200 && !(await client(...asked)).stdout.includes("hookwright"); tries++)
          await Bun.sleep(50);
      }
    },
    ask: (way, definitions) => (way === "native" ? devices(definitions) : []),
    async crash() {
      await world.kill(daemon.pid);
      daemon = await startDocker(world, root);
    },
  };
}

function podmanOf({ runtime, release }: Row, world: EngineWorld, root: TempRoot): Engine {
  const client = (...words: string[]): Promise<Outcome> => world.run(["podman", ...words], LONG);
  return {
    client,
    file: `${root.root}/etc/containers/containers.conf`,
    async prepare() {
      preparePodman(root, release === "bookworm" ? undefined : programsOf(release), runtime);
      await importImage(world, root, "podman");
    },
    async reread() {},
    // hooks.d files are for all containers; edits have no words there.
    ask: (way, definitions) =>
      way === "native" ? devices(definitions.filter((name) => name === "edits")) : [],
    async crash(container) {
      const { stdout } = await client("inspect", "--format", "{{.State.ConmonPid}}", container);
      await world.kill(Number(stdout));
    },
  };
}
