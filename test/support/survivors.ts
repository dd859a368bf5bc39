/**
 * What must not be left behind. The test process is a subreaper, so whatever escapes from a container or a hook, however
 * often it forks or calls setsid, becomes its descendant: a survivor is a descendant that nobody started on purpose.
 */

import { dlopen, FFIType } from "bun:ffi";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mountsBelow } from "./root.ts";
import { keeperPid } from "./runtime.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
const libc = dlopen("libc.so.6", {
  prctl: { args: [FFIType.i32, FFIType.u64, FFIType.u64, FFIType.u64, FFIType.u64], returns: FFIType.i32 },
  waitpid: { args: [FFIType.i32, FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
}).symbols;

/** Longer than any hook of a test may run, in milliseconds. */
const LONGEST_RUN = 10_000;
/** The cgroup of a run carries the run's id. */
const GUARD_CGROUP = /\/hookwright-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const earlier = new Set(guardCgroups());

/** Processes of the test support itself. */
export const known = new Set<number>();
let reaper = false;

/** Makes this process the subreaper of everything that it starts from now on. */
export function becomeSubreaper(): void {
  if (!reaper) libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  reaper = true;
}

/** Reaps a process that fell to this one, if it is dead; not one that Bun started, which does so itself. */
export function reap(pid: number): void {
  libc.waitpid(pid, null, WNOHANG);
}

export interface Survivor {
  pid: number;
  command: string;
}

interface Status {
  pid: number;
  parent: number;
  zombie: boolean;
}

/**
 * Descendants of this process that live although they should not; waits up to `grace` ms for them to go. `except` are
 * processes that the test still wants. Dead ones that fell to this process are reaped.
 */
export async function survivors(grace = 500, except: readonly number[] = []): Promise<Survivor[]> {
  const end = performance.now() + grace;
  for (;;) {
    const found = descendants().filter(({ pid }) => !known.has(pid) && !except.includes(pid));
    if (found.length === 0 || performance.now() >= end) return found;
    await Bun.sleep(20);
  }
}

/**
 * What a test left behind: mounts below the root in either mount namespace, cgroups of guards, temporary files.
 * Empty when all is well.
 */
export async function leftovers(root: string): Promise<string[]> {
  const keeper = await keeperPid();
  const mounts = [...mountsBelow(root), ...(keeper === undefined ? [] : mountsBelow(root, keeper))];
  return [
    ...mounts.map((point) => `mount ${point}`),
    ...(await newCgroups()).map((path) => `cgroup ${path}`),
    ...temporaries(root).map((path) => `file ${path}`),
  ];
}

function descendants(): Survivor[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const table = all.map((name) => status(Number(name))).filter((entry) => entry !== undefined);
  const family = new Set([process.pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const entry of table) if (family.has(entry.parent) && !known.has(entry.pid)) family.add(entry.pid);
  }
  const found: Survivor[] = [];
  for (const entry of table) {
    if (!family.has(entry.pid) || entry.pid === process.pid) continue;
    if (!entry.zombie) found.push({ pid: entry.pid, command: commandOf(entry.pid) });
    else if (entry.parent === process.pid) reap(entry.pid);
  }
  return found;
}

function status(pid: number): Status | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(parent), zombie: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "?";
  }
}

/**
 * Groups of guards that have come since this process began, also of a run that died before its first record. Other tests
 * may run beside this one, and their guards' groups come and go: what is still there after the longest run is left behind.
 */
async function newCgroups(): Promise<string[]> {
  const end = performance.now() + LONGEST_RUN;
  let found = guardCgroups().filter((path) => !earlier.has(path));
  while (found.length > 0 && performance.now() < end) {
    await Bun.sleep(50);
    found = found.filter((path) => existsSync(path));
  }
  return found;
}

function guardCgroups(): string[] {
  const found = Bun.spawnSync(["find", "/sys/fs/cgroup", "-type", "d", "-name", "hookwright-*"]);
  return found.stdout
    .toString()
    .split("\n")
    .filter((path) => GUARD_CGROUP.test(path));
}

/** Files that a writer makes before its rename. */
function temporaries(root: string): string[] {
  const found = Bun.spawnSync([
    "find",
    root,
    "-xdev",
    "-name",
    "rootfs",
    "-prune",
    "-o",
    "-name",
    "*.tmp*",
    "-print",
  ]);
  return found.stdout
    .toString()
    .split("\n")
    .filter((path) => path !== "");
}
