/** The recorder's hook at a container's creation: with its programs in the kernel already, and as the first one of a host. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { program } from "../test/support/programs.ts";
import type { TempRoot } from "../test/support/root.ts";
import { calls } from "./calls.ts";
import { emptyProgram } from "./elf.ts";
import { configOf } from "./fixtures.ts";
import { clock } from "./measure.ts";
import { baseline, compare, heading } from "./report.ts";
import type { Step } from "./work.ts";

/** Each turn begins a recording, which is timed, and ends it. */
export async function recorder(root: TempRoot, rounds: number): Promise<void> {
  heading("recorder's hook, over an empty static process");
  const bpffs = `${root.work}/bpf`;
  mkdirSync(bpffs);
  Bun.spawnSync(["mount", "-t", "bpf", "bpf", bpffs]);
  const containers = [container(), container()];
  try {
    const [first, second] = containers.map(({ pid }, at) => hooks(root, bpffs, `bench-${at}`, pid));
    if (first === undefined || second === undefined) return;
    const empty = `${root.work}/empty`;
    writeFileSync(empty, emptyProgram(), { mode: 0o755 });
    const direct = { name: "direct", steps: [{ argv: [empty] }] };
    const cold = { name: "first container of the host", steps: [first.begin, first.end] };
    const coldTimes = await clock(Math.ceil(rounds / 4), [direct, cold]);
    baseline("direct", coldTimes);
    compare(cold.name, coldTimes, "direct", 150);
    run(first.begin);
    const loaded = { name: "programs loaded already", steps: [second.begin, second.end] };
    compare(loaded.name, await clock(rounds, [direct, loaded]), "direct", 3);
    run(first.end);
    await calls(root, bpffs, rounds);
  } finally {
    for (const one of containers) one.kill();
  }
}

/** A process in a mount namespace of its own. */
function container(): Bun.Subprocess {
  return Bun.spawn(["unshare", "--mount", "--propagation", "slave", "sleep", "600"], {
    stdio: ["ignore", "ignore", "ignore"],
  });
}

function hooks(root: TempRoot, bpffs: string, id: string, pid: number): { begin: Step; end: Step } {
  const bundle = `${root.work}/${id}`;
  mkdirSync(bundle);
  const config = JSON.parse(configOf(3 * 1024));
  const path = program("hookwright-record");
  config.hooks = { createRuntime: [{ path }], poststop: [{ path }] };
  writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
  const step = (status: string): Step => {
    const stdin = `${bundle}/${status}.json`;
    writeFileSync(stdin, JSON.stringify({ ociVersion: "1.0.2", id, status, pid, bundle }));
    const argv = [path, "--profile", `${bundle}/profile.json`];
    return { argv, env: [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${bpffs}/hookwright`], stdin };
  };
  return { begin: step("creating"), end: { ...step("stopped"), counted: false } };
}

function run({ argv, env = [], stdin }: Step): void {
  const pairs = env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  const { exitCode, stderr } = Bun.spawnSync(argv, {
    env: Object.fromEntries(pairs),
    stdin: stdin !== undefined && existsSync(stdin) ? Bun.file(stdin) : "ignore",
  });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}
