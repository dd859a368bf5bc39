/**
 * Real engines of Debian, each with its own state below a test's root, in network and mount namespaces of their own: no bridge,
 * no firewall rule and no file below the machine's /etc is touched, and crun does not see the hybrid cgroup mount that it refuses.
 */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Subprocess } from "bun";
import { program } from "./programs.ts";
import type { TempRoot } from "./root.ts";
import { groupsCalled, type Outcome, type RuntimeName, run } from "./runtime.ts";
import { becomeSubreaper, known, reap } from "./survivors.ts";

/** Whether the programs are installed that a test needs. */
export function installed(...names: readonly string[]): boolean {
  return names.every((name) => Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin:/usr/bin` }) !== null);
}

/**
 * In the namespaces: an overlay on /etc, with the root's `etc/containers` and `etc/cdi` bound into it, sysfs of the new network, and
 * no cgroup2 mount beside the v1 ones.
 */
const SETUP = `
set -e
ip link set lo up
mkdir -p $ROOT/etc/containers $ROOT/etc/cdi $ROOT/work/ns
mount -t tmpfs tmpfs $ROOT/work/ns
mkdir $ROOT/work/ns/sys $ROOT/work/ns/up $ROOT/work/ns/wk
mount -t sysfs sysfs $ROOT/work/ns/sys
mount --rbind /sys/fs/cgroup $ROOT/work/ns/sys/fs/cgroup
umount $ROOT/work/ns/sys/fs/cgroup/unified 2>/dev/null || true
umount -R -l /sys
mount --move $ROOT/work/ns/sys /sys
mount -t overlay overlay -o lowerdir=/etc,upperdir=$ROOT/work/ns/up,workdir=$ROOT/work/ns/wk /etc
mkdir -p /etc/containers /etc/cdi
mount --bind $ROOT/etc/containers /etc/containers
mount --bind $ROOT/etc/cdi /etc/cdi
echo ready
exec cat
`;

const USER = "2001";

export interface WorldOptions {
  /** Directories that come first on PATH. */
  readonly programs?: string;
  /** The wrapper is the one in front of it; runc when absent. */
  readonly runtime?: RuntimeName;
}

export class EngineWorld {
  readonly #root: TempRoot;
  readonly #keeper: Subprocess<"pipe", "pipe", "inherit">;
  readonly #daemons: Subprocess[] = [];
  readonly #reapers: Timer[] = [];
  readonly env: Record<string, string>;

  private constructor(
    root: TempRoot,
    keeper: Subprocess<"pipe", "pipe", "inherit">,
    { programs, runtime = "runc" }: WorldOptions,
  ) {
    this.#root = root;
    this.#keeper = keeper;
    const path = `${process.env.PATH}:/usr/sbin:/sbin`;
    this.env = {
      PATH: programs === undefined ? path : `${programs}:${path}`,
      HOOKWRIGHT_ROOT: root.root,
      HOOKWRIGHT_HOST: program("hookwright-host"),
      HOOKWRIGHT_WRAPPER: program(`hookwright-${runtime}`),
      DOCKER_HOST: `unix://${root.work}/docker.sock`,
      CONTAINERD_ADDRESS: `${root.work}/containerd.sock`,
      HOME: root.work,
      DOCKER_CONFIG: root.work,
      TMPDIR: "/tmp",
      PODMAN_IGNORE_CGROUPSV1_WARNING: "1",
      DOCKER_BUILDKIT: "0", // BuildKit goes past runtimes, and needs a client of its own
    };
  }

  static async begin(root: TempRoot, options: WorldOptions = {}): Promise<EngineWorld> {
    becomeSubreaper();
    const keeper = Bun.spawn(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", SETUP], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      env: { ...process.env, ROOT: root.root },
    });
    known.add(keeper.pid);
    const { value } = await keeper.stdout.getReader().read();
    if (!new TextDecoder().decode(value).includes("ready")) throw new Error("the namespaces were not made");
    // Podman looks for it because Docker's variable says so.
    writeFileSync(`${root.work}/config.json`, "{}");
    return new EngineWorld(root, keeper, options);
  }

  /** The process whose namespaces these are. */
  get pid(): number {
    return this.#keeper.pid;
  }

  #inside(command: readonly string[]): string[] {
    const ns = `/proc/${this.#keeper.pid}/ns`;
    return ["nsenter", `--net=${ns}/net`, `--mount=${ns}/mnt`, "--wd=/", ...command];
  }

  run(command: readonly string[], limit = 60_000): Promise<Outcome> {
    return run(this.#inside(command), { env: this.env, limit });
  }

  /**
   * A shell as a user other than root, made in the overlay, whose home is `<root>/work/home`; `$HOOKWRIGHT` is the program. It is
   * in a process namespace with a reaper, because Podman leaves a process behind that holds the user's namespaces; in the next
   * one its process id would be somebody else's.
   */
  async asUser(script: string): Promise<Outcome> {
    const home = `${this.#root.work}/home`;
    if (!existsSync(home)) {
      const make = `useradd -M -d ${home} -u ${USER} hookwright-test && mkdir -p ${home}/run && chown -R ${USER}:${USER} ${home}`;
      const done = await this.run(["sh", "-c", `${make} && chmod 711 ${this.#root.root} ${this.#root.work}`]);
      if (done.code !== 0) throw new Error(`no user was made: ${done.stderr}`);
    }
    const own = [`HOME=${home}`, `XDG_RUNTIME_DIR=${home}/run`, `HOOKWRIGHT_ROOT=${home}/hookwright`];
    const kept = ["PATH", "HOOKWRIGHT_HOST", "HOOKWRIGHT_WRAPPER"].map((name) => `${name}=${this.env[name]}`);
    const identity = ["--reuid", USER, "--regid", USER, "--init-groups", "--reset-env"];
    const reaper = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "catatonit", "--"];
    const words = ["env", ...own, ...kept, `HOOKWRIGHT=${program("hookwright")}`];
    const shell = ["sh", "-ec", `rm -f "$XDG_RUNTIME_DIR/libpod/tmp/pause.pid"\n${script}`];
    return this.run([...reaper, "setpriv", ...identity, ...words, ...shell]);
  }

  hookwright(...args: string[]): Promise<Outcome> {
    return this.run([program("hookwright"), ...args]);
  }

  /** Starts a daemon that writes to `log`. */
  spawn(command: readonly string[], log: string): Subprocess {
    const daemon = Bun.spawn(this.#inside(command), {
      env: this.env,
      stdin: "ignore",
      stdout: Bun.file(log),
      stderr: Bun.file(log),
    });
    known.add(daemon.pid);
    this.#daemons.push(daemon);
    return daemon;
  }

  /** Starts a daemon and waits until `ready` succeeds; returns it for a test that ends it itself. */
  async start(command: readonly string[], ready: readonly string[]): Promise<Subprocess> {
    const log = `${this.#root.work}/${command[0]?.split("/").at(-1)}-${this.#daemons.length}.log`;
    const daemon = this.spawn(command, log);
    for (let tries = 0; tries < 600; tries++) {
      if ((await this.run(ready)).code === 0) return daemon;
      if (daemon.exitCode !== null) break;
      await Bun.sleep(100);
    }
    throw new Error(`${command.join(" ")} does not come up: ${readFileSync(log, "utf8").slice(-2000)}`);
  }

  /** `kill -9`; what it leaves is reaped as soon as it is dead, as the machine's first process would: engines look whether it is gone. */
  async kill(pid: number): Promise<void> {
    const daemon = this.#daemons.find((one) => one.pid === pid);
    const orphans = childrenOf(pid);
    if (daemon === undefined) orphans.push(pid);
    process.kill(pid, "SIGKILL");
    this.#reapers.push(setInterval(() => orphans.forEach(reap), 50));
    await daemon?.exited;
    await Bun.sleep(100);
  }

  /** Ends the daemons, the last one first, and the namespaces with them. */
  async end(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) {
      daemon.kill("SIGTERM");
      const timer = setTimeout(() => daemon.kill("SIGKILL"), 15_000);
      await daemon.exited;
      clearTimeout(timer);
    }
    this.#reapers.forEach(clearInterval);
    const left = familyIn(linkOf(`/proc/${this.#keeper.pid}/ns/mnt`) ?? "");
    for (const pid of left.filter((pid) => pid !== this.#keeper.pid)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        continue; // it has ended with its parent
      }
      await Bun.sleep(20);
      reap(pid);
    }
    this.#keeper.stdin.end();
    await this.#keeper.exited;
    removeEmptyGroups();
  }
}

/** Control groups that engines make for all their containers and leave; those that another world uses stay. */
function removeEmptyGroups(): void {
  const names = ["default", "docker", "libpod_parent/conmon", "libpod_parent"];
  for (const path of names.flatMap(groupsCalled)) {
    try {
      rmdirSync(path);
    } catch {
      // It is not empty.
    }
  }
}

/** What ends a container that nobody has ended: its conmon or shim, and what these have started. */
function familyIn(namespace: string): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const inside = all.filter((pid) => linkOf(`/proc/${pid}/ns/mnt`) === namespace);
  return [...new Set(inside.flatMap((pid) => [...childrenOf(pid), pid]))];
}

/** Those of all threads: each has a list of its own. */
function childrenOf(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"),
    );
    const own = lists.join(" ").split(" ").filter(Boolean).map(Number);
    return own.flatMap((child) => [...childrenOf(child), child]);
  } catch {
    return []; // it has ended meanwhile
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Starts dockerd on the root's daemon.json, without a bridge. */
export async function startDocker(world: EngineWorld, root: TempRoot): Promise<Subprocess> {
  rmSync(`${root.work}/docker.pid`, { force: true }); // of one that was killed
  const places = ["--data-root", `${root.work}/docker-data`, "--exec-root", `${root.work}/docker-exec`];
  const own = ["-p", `${root.work}/docker.pid`, "-H", `unix://${root.work}/docker.sock`];
  const quiet = ["--bridge", "none", "--iptables=false", "--storage-driver", "vfs"];
  const config = ["--config-file", `${root.root}/etc/docker/daemon.json`];
  return await world.start(["dockerd", ...config, ...places, ...own, ...quiet], ["docker", "version"]);
}

/** What Podman needs to run here without systemd and without CAP_SYS_RESOURCE; `programs` has another release's. */
export function preparePodman(root: TempRoot, programs?: string, runtime: RuntimeName = "runc"): void {
  const directory = `${root.root}/etc/containers`;
  mkdirSync(`${directory}/containers.conf.d`, { recursive: true });
  writeFileSync(`${directory}/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const storage = `driver = "vfs"\nrunroot = "${root.work}/podman-run"\ngraphroot = "${root.work}/podman"`;
  writeFileSync(`${directory}/storage.conf`, `[storage]\n${storage}\n`);
  const engine = `lock_type = "file"\nevents_logger = "file"\ncgroup_manager = "cgroupfs"\nruntime = "${runtime}"\ntmp_dir = "${root.work}/podman-tmp"`;
  const others =
    programs === undefined
      ? ""
      : `conmon_path = ["${programs}/conmon"]\nconmon_env_vars = ["PATH=${programs}:/usr/sbin:/usr/bin"]\n[engine.runtimes]\nrunc = ["${programs}/runc"]\ncrun = ["${programs}/crun"]\n`;
  writeFileSync(
    `${directory}/containers.conf`,
    `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\nlog_driver = "k8s-file"\n[engine]\n${engine}\n${others}`,
  );
}
