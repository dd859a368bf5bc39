/**
 * A machine on which hookwright is installed as `make install` leaves it: in a world whose /usr/local, /run and /var/lib are copies,
 * so that commands of documents run as they stand.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import type { EngineWorld } from "./engines.ts";
import type { TempRoot } from "./root.ts";

const CHECKOUT = `${import.meta.dir}/../..`;

/** In the world's mount namespace. Where Docker's and containerd's files are the root's own ones are bound. */
const COPIES = `
mkdir $ROOT/work/ns/local $ROOT/work/ns/lib $ROOT/work/ns/lib-work $ROOT/work/ns/log $ROOT/work/ns/log-work
mount --rbind $ROOT /mnt
overlay() { mount -t overlay overlay -o lowerdir=/var/$1,upperdir=$ROOT/work/ns/$1,workdir=$ROOT/work/ns/$1-work /var/$1; }
overlay log
overlay lib
mount --rbind /mnt $ROOT
mount --bind $ROOT/work/ns/local /usr/local
mount -t tmpfs -o mode=755 tmpfs /run
mount -t bpf bpf /sys/fs/bpf
for engine in docker containerd; do
  mkdir -p /etc/$engine $ROOT/etc/$engine
  mount --bind $ROOT/etc/$engine /etc/$engine
done
${CHECKOUT}/scripts/install /usr/local >/dev/null
`;

/** Installs, and tells neither the commands nor the engines where hookwright is: they have to find it. */
export async function installMachine(world: EngineWorld, root: TempRoot): Promise<void> {
  for (const name of ["HOOKWRIGHT_ROOT", "HOOKWRIGHT_HOST", "HOOKWRIGHT_WRAPPER"]) delete world.env[name];
  mkdirSync(`${root.root}/etc/docker`, { recursive: true });
  writeFileSync(`${root.root}/etc/docker/daemon.json`, "{}");
  const { code, stderr } = await world.run(["bash", "-euc", `export ROOT=${root.root}\n${COPIES}`]);
  if (code !== 0) throw new Error(`the machine was not made: ${stderr}`);
  world.env.PATH = `/usr/local/bin:${world.env.PATH}`;
}
