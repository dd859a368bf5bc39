/** containerd with NRI, as those releases have it that Debian 12 is not, with an image of busybox for its pods. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { EVERY, programsOf } from "./engine-programs.ts";
import type { EngineWorld } from "./engines.ts";
import { makeImage } from "./images.ts";
import { directory, file, symlink } from "./layers.ts";
import type { TempRoot } from "./root.ts";

export const IMAGE = "docker.io/library/bb:latest";

export interface Containerd {
  readonly version: "1.7" | "2.1";
  /** Directories of its programs, as in PATH. */
  readonly programs: string;
}

/** Those that are here: 1.7 of Debian 13, and where every combination is asked for 2.1 of unstable. */
export const CONTAINERDS: readonly Containerd[] = [
  { version: "1.7" as const, programs: programsOf("trixie") },
  { version: "2.1" as const, programs: EVERY ? programsOf("unstable") : undefined },
].flatMap(({ version, programs }) => (programs === undefined ? [] : [{ version, programs }]));

export const containerdSocket = (root: TempRoot) => `${root.work}/containerd.sock`;
export const nriSocket = (root: TempRoot) => `${root.work}/nri.sock`;

/** Makes it the world's containerd, with a configuration below the root that says where NRI is, not that it is on. */
export function prepareContainerd(
  { version, programs }: Containerd,
  world: EngineWorld,
  root: TempRoot,
): void {
  world.env.PATH = `${programs}:${world.env.PATH}`;
  mkdirSync(`${root.root}/etc/containerd`, { recursive: true });
  const old = version === "1.7";
  const cri = old ? 'plugins."io.containerd.grpc.v1.cri"' : 'plugins."io.containerd.cri.v1.runtime"';
  const pinned = `[plugins."io.containerd.cri.v1.images".pinned_images]\n  sandbox = "${IMAGE}"`;
  writeFileSync(
    `${root.root}/etc/containerd/config.toml`,
    `version = ${old ? 2 : 3}
root = "${root.work}/containerd"
state = "${root.work}/containerd-state"
[grpc]
  address = "${containerdSocket(root)}"
${old ? "" : pinned}
[${cri}]
  ${old ? `sandbox_image = "${IMAGE}"` : ""}
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
export async function startContainerd(world: EngineWorld, root: TempRoot) {
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
