/**
 * Real runtimes: runc as it is; crun in a mount namespace of its own, because it refuses a hybrid cgroup host (notes/crun).
 * That namespace lives as long as the test process, so a mount made at `create` is there at `delete`.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Subprocess } from "bun";
import { becomeSubreaper, known } from "./survivors.ts";

export type RuntimeName = "runc" | "crun";
export const RUNTIMES: readonly RuntimeName[] = ["runc", "crun"];

export interface Outcome {
  /** Exit status; null when a signal ended it. */
  code: number | null;
  signal: string | number | null;
  stdout: string;
  stderr: string;
  /** Wall time, milliseconds. */
  ms: number;
}

export interface RunOptions {
  cwd?: string;
  /** The whole environment; the test's own PATH when absent. */
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  /** File for stdout, kept: a container writes to it after `create` has returned. */
  stdout?: string;
  /** Killed (SIGKILL) after so many milliseconds; 30 s when absent. */
  limit?: number;
}

export interface RuntimeOptions extends RunOptions {
  /** A program that stands in front of the runtime: a path to our wrapper with its own arguments, before `--root`. */
  via?: string[];
}

let keeper: Subprocess<"pipe", "pipe", "inherit"> | undefined;

/**
 * Runs `runc|crun --root <state> args…`, or the wrapper of `via` in its place. `root` is the test's root directory: the
 * runtime's state lives below it, and HOOKWRIGHT_ROOT points to it.
 */
export async function runRuntime(
  name: RuntimeName,
  root: string,
  args: string[],
  options: RuntimeOptions = {},
): Promise<Outcome> {
  const state = `${root}/work/state-${name}`;
  mkdirSync(state, { recursive: true });
  const command = [...(options.via ?? [runtimePath(name)]), "--root", state, ...args];
  const env = options.env ?? { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root };
  return run(name === "crun" ? await hidingHybrid(command) : command, { ...options, env });
}

/**
 * Runs a command to its end. Its output goes to files, not to pipes: a container that `create` leaves behind holds them
 * open, and nobody must wait for it.
 */
export async function run(command: string[], options: RunOptions = {}): Promise<Outcome> {
  becomeSubreaper();
  const files = mkdtempSync(`${tmpdir()}/hookwright-output-`);
  try {
    const start = performance.now();
    const child = Bun.spawn(command, {
      stdin:
        typeof options.stdin === "string"
          ? new TextEncoder().encode(options.stdin)
          : (options.stdin ?? "ignore"),
      stdout: Bun.file(options.stdout ?? `${files}/stdout`),
      stderr: Bun.file(`${files}/stderr`),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      timeout: options.limit ?? 30_000,
      killSignal: "SIGKILL",
    });
    await child.exited;
    const ms = performance.now() - start;
    const [stdout, stderr] = [options.stdout ?? `${files}/stdout`, `${files}/stderr`].map((path) =>
      readFileSync(path, "utf8"),
    );
    const signal = child.signalCode;
    return {
      code: signal === null ? child.exitCode : null,
      signal,
      stdout: stdout ?? "",
      stderr: stderr ?? "",
      ms,
    };
  } finally {
    rmSync(files, { recursive: true });
  }
}

/** Takes away the control groups of a container that was killed with its runtime, in every hierarchy; a runtime forgets such. */
export function removeContainerGroups(id: string): void {
  for (const top of groupsCalled(id))
    Bun.spawnSync(["find", top, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
}

/** The control groups of that name, in every hierarchy and on a host that has version 2 only. */
export function groupsCalled(name: string): string[] {
  const places = ["", ...readdirSync("/sys/fs/cgroup").map((hierarchy) => `/${hierarchy}`)];
  return places.map((place) => `/sys/fs/cgroup${place}/${name}`).filter(existsSync);
}

/** Absolute path of the real runtime. */
export function runtimePath(name: RuntimeName): string {
  const found = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map((dir) => `${dir}/${name}`).find(existsSync);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

/** The same command, inside the mount namespace that has no /sys/fs/cgroup/unified. As is where there is no such mount. */
export async function hidingHybrid(command: string[]): Promise<string[]> {
  const pid = await keeperPid();
  return pid === undefined
    ? command
    : ["nsenter", `--mount=/proc/${pid}/ns/mnt`, `--wd=${process.cwd()}`, ...command];
}

/** Process whose mount namespace crun's containers live in; undefined when the host is not hybrid. */
export async function keeperPid(): Promise<number | undefined> {
  if (!existsSync("/sys/fs/cgroup/unified")) return undefined;
  if (keeper === undefined || keeper.exitCode !== null) {
    becomeSubreaper();
    const script = "umount /sys/fs/cgroup/unified && echo ready && exec cat";
    keeper = Bun.spawn(["unshare", "-m", "--propagation", "slave", "sh", "-c", script], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    known.add(keeper.pid);
    keeper.unref();
    await keeper.stdout.getReader().read();
  }
  return keeper.pid;
}
