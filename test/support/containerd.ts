/** A containerd with CRI, everything of its own below a test's root, and an image of busybox for its pods. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Subprocess } from "bun";
import { EVERY, programsOf } from "./engine-programs.ts";
import type { EngineWorld } from "./engines.ts";
import { makeImage } from "./images.ts";
import { directory, file, symlink } from "./layers.ts";
import type { TempRoot } from "./root.ts";

export const IMAGE = "docker.io/library/bb:latest";

export interface Containerd {
  readonly version: "1.7" | "2.1";
  readonly schema: 2 | 3;
  /** Directories of its programs, as in PATH. */
  readonly programs: string;
}

/** Those with NRI that are here: 1.7 of Debian 13, and where every combination is asked for 2.1 of unstable. */
export const CONTAINERDS: readonly Containerd[] = [
  { version: "1.7" as const, schema: 2 as const, programs: programsOf("trixie") },
  { version: "2.1" as const, schema: 3 as const, programs: EVERY ? programsOf("unstable") : undefined },
].flatMap(({ programs, ...one }) => (programs === undefined ? [] : [{ ...one, programs }]));

export const containerdSocket = (root: TempRoot) => `${root.work}/containerd.sock`;
export const nriSocket = (root: TempRoot) => `${root.work}/nri.sock`;
export const containerdFile = (root: TempRoot) => `${root.root}/etc/containerd/config.toml`;

/** A configuration below the root, of that version of the schema, that says where NRI is, not that it is on. */
export function writeContainerdConfig(root: TempRoot, schema: 2 | 3 = 2): void {
  mkdirSync(`${root.root}/etc/containerd`, { recursive: true });
  const cri = `plugins."${schema === 2 ? "io.containerd.grpc.v1.cri" : "io.containerd.cri.v1.runtime"}"`;
  const sandbox =
    schema === 2
      ? `[${cri}]\n  sandbox_image = "${IMAGE}"`
      : `[plugins."io.containerd.cri.v1.images".pinned_images]\n  sandbox = "${IMAGE}"\n[${cri}]`;
  writeFileSync(
    containerdFile(root),
    `version = ${schema} # by a test
root = "${root.work}/containerd"
state = "${root.work}/containerd-state"
[grpc]
  address = "${containerdSocket(root)}"
${sandbox}
  restrict_oom_score_adj = true
  disable_apparmor = true
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [${cri}.containerd.runtimes.runc.options]
    SystemdCgroup = false
    Root = "${root.work}/runc"
[plugins."io.containerd.nri.v1.nri"]
  socket_path = "${nriSocket(root)}"
  plugin_path = "${root.work}/nri-plugins"
  plugin_config_path = "${root.work}/nri-conf"
`,
  );
}

/** Starts it, and puts the image into it the first time. */
export async function startContainerd(world: EngineWorld, root: TempRoot): Promise<Subprocess> {
  const ctr = ["ctr", "-n", "k8s.io", "image"];
  const daemon = await world.start(["containerd", "-c", containerdFile(root)], [...ctr, "list"]);
  if (!existsSync(`${root.work}/image.tar`)) {
    const layout = makeImage(`${root.work}/image`, [busybox()], {
      architecture: "amd64",
      os: "linux",
      config: { Env: ["PATH=/bin"], Cmd: ["/bin/sleep", "1000000"] },
    });
    const tar = `tar -C ${layout} -cf ${root.work}/image.tar .`;
    const load = `${ctr.join(" ")} import --base-name ${IMAGE.split(":")[0]} ${root.work}/image.tar`;
    const own = load.replace("k8s.io", "default");
    const { code, stderr } = await world.run(["sh", "-ec", `${tar}; ${load}; ${own}`]);
    if (code !== 0) throw new Error(`the image was not imported: ${stderr}`);
  }
  return daemon;
}

function busybox() {
  const links = [
    "sh",
    "sleep",
    "cat",
    "true",
    "false",
    "yes",
    "env",
    "ls",
    "echo",
    "head",
    "od",
    "mkdir",
  ].map((name) => symlink(`bin/${name}`, "busybox"));
  return [
    directory("bin/"),
    file("bin/busybox", readFileSync("/usr/bin/busybox"), { mode: 0o755 }),
    ...links,
  ];
}
