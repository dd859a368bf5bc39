/** Containers' lives on containerd, by its own client `ctr` and by CRI, and what was said at each step. */

import { IMAGE } from "../../support/containerd.ts";
import type { Cri, Pod } from "../../support/cri.ts";
import type { EngineWorld } from "../../support/engines.ts";
import type { TempRoot } from "../../support/root.ts";
import type { Outcome } from "../../support/runtime.ts";

const SERVICE = ["/bin/sh", "-c", 'trap "exit 3" TERM; while :; do sleep 0.1; done'];

/** `ctr`, with a runtime that it is told of. */
export class CtrClient {
  readonly #world: EngineWorld;
  readonly #runtime: readonly string[];

  constructor(world: EngineWorld, root: TempRoot, runtime: string) {
    this.#world = world;
    this.#runtime = ["--runc-root", `${root.work}/runc-ctr`, "--runc-binary", runtime];
  }

  say(...words: string[]): Promise<Outcome> {
    return this.#world.run(["ctr", ...words], 180_000);
  }

  run(id: string, command: readonly string[]): Promise<Outcome> {
    return this.say("run", "--rm", ...this.#runtime, IMAGE, id, ...command);
  }

  start(id: string, command: readonly string[]): Promise<Outcome> {
    return this.say("run", "--detach", ...this.#runtime, IMAGE, id, ...command);
  }

  /** Kills and removes a container that runs. */
  async remove(id: string): Promise<void> {
    await this.say("task", "kill", "--signal", "SIGKILL", id);
    for (let tries = 0; tries < 50 && !(await this.state(id)).includes("STOPPED"); tries++)
      await Bun.sleep(100);
    await this.say("task", "delete", id);
    await this.say("container", "rm", id);
  }

  async state(id: string): Promise<string> {
    const { stdout } = await this.say("task", "list");
    const line = stdout.split("\n").find((one) => one.startsWith(`${id} `)) ?? "";
    return line.trim().split(/\s+/).at(-1) ?? "";
  }
}

export async function liveCtr(ctr: CtrClient): Promise<string[]> {
  const said: string[] = [];
  const note = (words: string, { code, stdout, stderr }: Outcome) =>
    said.push(`${words} ${code}\n${stdout}\n${stderr}`);
  note("run", await ctr.run("ends", ["/bin/sh", "-c", "echo out; echo err >&2; exit 9"]));
  note("missing", await ctr.run("missing", ["/bin/missing"]));
  note("start", await ctr.start("life", SERVICE));
  note("exec", await ctr.say("task", "exec", "--exec-id", "one", "life", "/bin/echo", "from exec"));
  note("exec", await ctr.say("task", "exec", "--exec-id", "two", "life", "/bin/sh", "-c", "exit 7"));
  note("pause", await ctr.say("task", "pause", "life"));
  said.push(await ctr.state("life"));
  note("resume", await ctr.say("task", "resume", "life"));
  said.push(await ctr.state("life"));
  note("term", await ctr.say("task", "kill", "--signal", "SIGTERM", "life"));
  await ctr.remove("life");
  said.push(await ctr.state("life"));
  return said;
}

export async function liveCri(cri: Cri, pod: Pod): Promise<{ id: string; said: unknown[] }> {
  const said: unknown[] = [];
  const missing = await cri
    .runContainer(pod, "missing", ["/bin/missing"])
    .catch((error: Error) => error.message);
  said.push(missing);
  const id = await cri.runContainer(pod, "life", SERVICE);
  said.push(await cri.tryExec(id, ["/bin/echo", "from exec"]));
  said.push(await cri.tryExec(id, ["/bin/sh", "-c", "exit 7"]));
  await cri.update(id, 32 << 20);
  const limit = "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max";
  said.push(await cri.tryExec(id, ["/bin/sh", "-c", limit]));
  said.push(await cri.status(id));
  await cri.stop(id, 5);
  said.push(await cri.status(id));
  await cri.removeContainer(id);
  return { id, said };
}
