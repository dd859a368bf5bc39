/**
 * What a system call costs while containers are recorded: a getppid outside of them, and in one of them, for 1 to 1,000. Each is
 * measured in pairs, with the recorder attached and without, since a machine's speed drifts by more than the recorder costs.
 * And what strace and oci-seccomp-bpf-hook cost where they run.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { primitive } from "../src/host/bun.ts";
import { openPinned } from "../src/linux/bpf.ts";
import { close } from "../src/linux/descriptor.ts";
import { bind } from "../src/linux/primitive.ts";
import { recorderPlace } from "../src/record/place.ts";
import { register } from "../src/record/register.ts";
import type { Registration } from "../src/record/registration.ts";
import { unregister } from "../src/record/unregister.ts";
import { numbersOf } from "../test/support/command.ts";
import type { TempRoot } from "../test/support/root.ts";
import { detached } from "./detached.ts";
import { figure, heading, median } from "./report.ts";

bind(primitive);

const FIXTURES = `${import.meta.dir}/../test/fixtures/recorder`;
const COUNTS = [1, 10, 100, 1000];
const SLOTS = 1024;
/** The design's 100 ns over the 85 ns that a getppid took where it was made: other machines' calls are slower as a whole. */
const INSIDE = (85 + 100) / 85;
/** Of what `calls cost:1` makes. */
const CALLS = 200_000;
/** With the recorder and without. */
const PAIRS = 7;
const UPSTREAM = "/usr/libexec/oci/hooks.d/oci-seccomp-bpf-hook";

/** `bpffs` is mounted, and nothing is recorded in it. */
export async function calls(root: TempRoot, bpffs: string, rounds: number): Promise<void> {
  heading("a getppid, nanoseconds, by how many containers are recorded");
  const program = built(root, "calls");
  const place = recorderPlace(root, `${bpffs}/hookwright`);
  const verb = `cost:${Math.ceil(rounds / 75)}`;
  const holders = Bun.spawn([program, `holders:${COUNTS.at(-1)}`], { stdin: "pipe", stdout: "pipe" });
  const pids = await numbersOf(holders.stdout, COUNTS.at(-1) ?? 0);
  const inside = await container(built(root, "launcher"), program, verb);
  const outside = async () => Number(Bun.spawnSync([program, verb]).stdout.toString());
  const registrations: Registration[] = [];
  const add = async (pid: number) =>
    registrations.push(await register(place, { pid, boundary: "attach", options: {} }));
  try {
    await add(inside.pid);
    for (const count of COUNTS) {
      while (registrations.length < count) await add(pids[registrations.length] ?? 0);
      await pairs(place.pins, `outside of ${count} recorded`, outside, 1.5);
    }
    await pairs(place.pins, "inside of one of 1000", inside.cost, INSIDE);
    figure("memory of all maps, KiB", mapsKiB(place.pins));
    figure("  by slot, bytes", (mapsKiB(place.pins) * 1024) / SLOTS);
  } finally {
    for (const registration of registrations) unregister(place, registration);
    inside.end();
    holders.stdin.end();
    await holders.exited;
  }
  figure("strace -f -c, of the wall time", straceCost(program));
  upstreamCost(root);
}

/** The medians, and the median of the pairs' ratios against its budget. */
async function pairs(pins: string, name: string, cost: () => Promise<number>, budget: number): Promise<void> {
  const taken: { off: number; on: number }[] = [];
  for (let turn = 0; turn < PAIRS; turn++) taken.push({ off: await detached(pins, cost), on: await cost() });
  figure(name, median(taken.map(({ on }) => on)));
  figure("  nothing attached", median(taken.map(({ off }) => off)));
  figure("  times nothing attached", median(taken.map(({ off, on }) => on / off)), budget);
}

function built(root: TempRoot, name: string): string {
  const path = `${root.work}/${name}`;
  const done = Bun.spawnSync([
    ...["musl-gcc", "-static", "-O1", "-pthread", "-o", path],
    `${FIXTURES}/${name}.c`,
  ]);
  if (done.exitCode !== 0) throw new Error(done.stderr.toString());
  return path;
}

/** One that measures whenever it is told to, once it is recorded. */
async function container(launcher: string, program: string, verb: string) {
  const turns = Array.from({ length: 2 * PAIRS }, () => ["wait", verb]).flat();
  const child = Bun.spawn([launcher, "allow", program, ...turns], { stdin: "pipe", stdout: "pipe" });
  const output = child.stdout.getReader();
  const line = async () => Number(new TextDecoder().decode((await output.read()).value));
  const tell = () => {
    child.stdin.write("\n");
    child.stdin.flush();
  };
  let started = false;
  return {
    pid: await line(),
    async cost() {
      // The first one has it load its filter and execute the program.
      if (!started) tell();
      started = true;
      tell();
      return await line();
    },
    end: () => child.kill(),
  };
}

/** What the kernel counts for the maps that are pinned. */
function mapsKiB(pins: string): number {
  let bytes = 0;
  for (const name of readdirSync(pins)) {
    const fd = openPinned(`${pins}/${name}`);
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    if (info.includes("map_type")) bytes += Number(/^memlock:\s*(\d+)/m.exec(info)?.[1] ?? 0);
    close(fd);
  }
  return bytes / 1024;
}

function straceCost(program: string): number {
  const wall = (rounds: number) => {
    const begin = performance.now();
    Bun.spawnSync(["strace", "-f", "-c", "-o", "/dev/null", program, `cost:${rounds}`]);
    return performance.now() - begin;
  };
  return ((wall(1) - wall(0)) * 1e6) / CALLS;
}

/** How long Debian's hook takes to begin, where it is installed; what it says where it cannot. */
function upstreamCost(root: TempRoot): void {
  if (!existsSync(UPSTREAM)) {
    console.log("  oci-seccomp-bpf-hook: not installed");
    return;
  }
  const held = Bun.spawn(["unshare", "--mount", "--propagation", "slave", "sleep", "60"]);
  mkdirSync(`${root.work}/upstream`);
  const stdin = `${root.work}/upstream/state.json`;
  const annotations = { "io.containers.trace-syscall": `of:${root.work}/upstream/profile.json` };
  writeFileSync(stdin, JSON.stringify({ ociVersion: "1.0.2", id: "bench", pid: held.pid, annotations }));
  const begin = performance.now();
  const { exitCode, stderr } = Bun.spawnSync([UPSTREAM, "-s"], { stdin: Bun.file(stdin), timeout: 30_000 });
  const ms = performance.now() - begin;
  held.kill();
  if (exitCode === 0) figure("oci-seccomp-bpf-hook begins, ms", ms);
  else {
    const said = stderr.toString().trim().split("\n").at(-1) ?? "";
    console.log(`  oci-seccomp-bpf-hook: gives up after ${ms.toFixed(0)} ms: ${said.slice(0, 100)}`);
  }
}
