/**
 * containerd 1.7 with NRI, that of Debian 13, with an image of busybox for its pods.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { programsOf } from "./engine-programs.ts";
import type { EngineWorld } from "./engines.ts";
import { makeImage } from "./images.ts";
import { directory, file, symlink } from "./layers.ts";
import type { TempRoot } from "./root.ts";

const DIRECTORIES = programsOf("trixie");
export const IMAGE = "docker.io/library/bb:latest";

export function hasContainerd17(): boolean {
  return DIRECTORIES !== undefined;
}

export const containerdSocket = (root: TempRoot) => `${root.work}/containerd.sock`;
export const nriSocket = (root: TempRoot) => `${root.work}/nri.sock`;

/** The world's containerd from now on, with a configuration below the root that says where NRI is, not that it is on. */
export function prepareContainerd17(world: EngineWorld, root: TempRoot): void {
  world.env.PATH = `${DIRECTORIES}:${world.env.PATH}`;
  mkdirSync(`${root.root}/etc/containerd`, { recursive: true });
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  writeFileSync(
    `${root.root}/etc/containerd/config.toml`,
    `version = 2
root = "${root.work}/containerd"
state = "${root.work}/containerd-state"
[grpc]
  address = "${containerdSocket(root)}"
[${cri}]
  sandbox_image = "${IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [${cri}.containerd.runtimes.runc.options]
    Root = "${root.work}/runc"
[plugins."io.containerd.nri.v1.nri"]
  socket_path = "${nriSocket(root)}"
  plugin_path = "${root.work}/nri-plugins"
  plugin_config_path = "${root.work}/nri-conf"
`,
  );
}

/** Starts it, and puts the image into it the first time. */
export async function startContainerd17(world: EngineWorld, root: TempRoot) {
  const ctr = ["ctr", "-n", "k8s.io", "image"];
  const daemon = await world.start(
    ["containerd", "-c", `${root.root}/etc/containerd/config.toml`],
    [...ctr, "list"],
  );
  if (!existsSync(`${root.work}/image.tar`)) {
    const layout = makeImage(`${root.work}/image`, [busybox()], {
      architecture: "amd64",
      os: "linux",
      config: { Env: ["PATH=/bin"], Cmd: ["/bin/sleep", "1000000"] },
    });
    const tar = `tar -C ${layout} -cf ${root.work}/image.tar .`;
    const load = `${ctr.join(" ")} import --base-name ${IMAGE.split(":")[0]} ${root.work}/image.tar`;
    const { code, stderr } = await world.run(["sh", "-ec", `${tar}; ${load}`]);
    if (code !== 0) throw new Error(`the image was not imported: ${stderr}`);
  }
  return daemon;
}

function busybox() {
  const links = ["sh", "sleep", "cat", "true", "env", "ls", "echo"].map((name) =>
    symlink(`bin/${name}`, "busybox"),
  );
  return [
    directory("bin/"),
    file("bin/busybox", readFileSync("/usr/bin/busybox"), { mode: 0o755 }),
    ...links,
  ];
}
