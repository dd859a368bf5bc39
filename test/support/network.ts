/**
 * A machine's network that is nobody's: the namespaces of an engine world as the host, another namespace as whoever is outside of it, and
 * a small HTTP server that answers whose it is and who asks.
 */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Subprocess } from "bun";
import type { EngineWorld } from "./engines.ts";
import { becomeSubreaper, known } from "./survivors.ts";

const BUSYBOX = "/usr/bin/busybox";
/** The host and the outside, as they see each other. */
export const HOST = { v4: "192.0.2.1", v6: "2001:db8::1" } as const;
export const OUTSIDE = { v4: "192.0.2.2", v6: "2001:db8::2" } as const;

/** Processes that hold network namespaces, or serve in them. */
export class Neighbours {
  readonly #world: EngineWorld;
  readonly #children: Subprocess[] = [];

  constructor(world: EngineWorld) {
    this.#world = world;
  }

  /** A process in a network namespace of its own; returns its pid. */
  async namespace(): Promise<number> {
    const child = this.#spawn(["unshare", "--net", "sleep", "600"]);
    while (readFileSync(`/proc/${child.pid}/comm`, "utf8") !== "sleep\n") await Bun.sleep(1);
    return child.pid;
  }

  /** Joins the world to a namespace outside of it, which routes `networks` to the world; returns the pid. */
  async outside(networks: readonly string[]): Promise<number> {
    const pid = await this.namespace();
    const out = `nsenter --net=/proc/${pid}/ns/net ip`;
    const script = `set -e
      ip link add out type veth peer name in netns ${pid}
      ip address add ${HOST.v4}/24 dev out; ip -6 address add ${HOST.v6}/64 dev out nodad; ip link set out up
      ${out} address add ${OUTSIDE.v4}/24 dev in; ${out} -6 address add ${OUTSIDE.v6}/64 dev in nodad; ${out} link set in up
      ${out} link set lo up
      ${networks.map((net) => `${out} route add ${net} via ${net.includes(":") ? HOST.v6 : HOST.v4}`).join("\n")}`;
    const done = await this.#world.run(["sh", "-c", script]);
    if (done.code !== 0) throw new Error(`no outside: ${done.stderr}`);
    return pid;
  }

  /** Serves in the network namespace of a process (or of the world) from a directory that `makeSite` made. */
  serve(site: string, port: number, pid: number): void {
    this.#spawn([
      "nsenter",
      `--net=/proc/${pid}/ns/net`,
      BUSYBOX,
      "httpd",
      "-f",
      "-p",
      String(port),
      "-h",
      site,
    ]);
  }

  async end(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      child.kill("SIGKILL");
      await child.exited;
      known.delete(child.pid);
    }
  }

  #spawn(command: string[]): Subprocess {
    becomeSubreaper();
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    known.add(child.pid);
    this.#children.push(child);
    return child;
  }
}

/** A site whose `/cgi-bin/who` says `NAME ADDRESS`, the address of who asks; `shell` is a busybox where it is served. */
export function makeSite(directory: string, name: string, shell: string): string {
  mkdirSync(`${directory}/cgi-bin`, { recursive: true });
  writeFileSync(`${directory}/cgi-bin/who`, `#!${shell} sh\necho\necho ${name} $REMOTE_ADDR\n`);
  chmodSync(`${directory}/cgi-bin/who`, 0o755);
  return directory;
}

/**
 * What `/cgi-bin/who` of an address and port says to a process in that network namespace; empty when nobody answers. `patient` gives a
 * server that was started a moment ago time to listen.
 */
export async function who(world: EngineWorld, place: string, pid?: number, patient = true): Promise<string> {
  const enter = pid === undefined ? [] : ["nsenter", `--net=/proc/${pid}/ns/net`];
  const limit = patient ? "5" : "1";
  for (let tries = 0; ; tries++) {
    const { stdout } = await world.run([
      ...enter,
      "curl",
      "-s",
      "-g",
      "-m",
      limit,
      `http://${place}/cgi-bin/who`,
    ]);
    if (stdout !== "" || !patient || tries === 10)
      return stdout.trim().replace("::ffff:", "").replace(/[[\]]/g, "");
    await Bun.sleep(50);
  }
}
