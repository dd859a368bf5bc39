/** The machine as the engines see it: where their files are, which programs are installed, what is running. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

const PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export interface Machine {
  /** What stands before the path of every file of an engine: "" or the directory of `--root`. */
  readonly prefix: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** The user's own directory of configurations when the engine is to run without root. */
  readonly userConfig: string | undefined;
  /** The configuration file that was named. */
  readonly engineConfig: string | undefined;
}

/** The machine whose files lie below `root`; a user other than root has engines of their own. */
export function machineOf(root: string, env: Machine["env"], engineConfig: string | undefined): Machine {
  const prefix = root === "/" ? "" : root;
  const userConfig =
    process.getuid?.() === 0 ? undefined : (env.XDG_CONFIG_HOME ?? `${env.HOME ?? ""}/.config`);
  return { prefix, env, userConfig, engineConfig };
}

/** Path of a program; undefined when it is not installed. */
export function programOf({ env }: Machine, name: string): string | undefined {
  const dirs = [...(env.PATH ?? "").split(":").filter((dir) => dir.startsWith("/")), ...PATH];
  return dirs.map((dir) => `${dir}/${name}`).find(isExecutable);
}

const versions = new Map<string, string | undefined>();

/** The first three numbers with points between them that a program prints for `--version`; asked once. */
export function versionOf(binary: string | undefined): string | undefined {
  if (binary === undefined) return undefined;
  if (!versions.has(binary)) {
    const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8", timeout: 10_000 });
    versions.set(binary, /\d+\.\d+(\.\d+)?/.exec(stdout ?? "")?.[0]);
  }
  return versions.get(binary);
}

/** Whether a version is at least another one; one that is not known is taken for old. */
export function isAtLeast(version: string | undefined, least: string): boolean {
  const of = (text: string) => text.split(".").map(Number);
  const [have, want] = [of(version ?? "0"), of(least)];
  for (let at = 0; at < want.length; at++) {
    const difference = (have[at] ?? 0) - (want[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** A daemon of this machine, as it was started. */
export interface Running {
  readonly pid: number;
  readonly argv: readonly string[];
}

/**
 * The one running daemon of that name in our mount namespace: its files are those that we see. Undefined when there is none,
 * or more than one. With `--root` no daemon is looked for: what runs here is not what the files are for.
 */
export function runningOf({ prefix }: Machine, name: string): Running | undefined {
  if (prefix !== "") return undefined;
  const found = processesOf(name).filter(({ pid }) => namespaceOf(pid) === namespaceOf("self"));
  return found.length === 1 ? found[0] : undefined;
}

function processesOf(name: string): Running[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
      return argv[0]?.split("/").at(-1) === name ? [{ pid: Number(pid), argv }] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function namespaceOf(pid: number | "self"): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return "";
  }
}

/** The value of the last flag of one of these names in an argument vector. */
export function flagOf(argv: readonly string[], ...names: string[]): string | undefined {
  const values = argv.flatMap((word, at) =>
    names.flatMap((name) => {
      if (word.startsWith(`${name}=`)) return [word.slice(name.length + 1)];
      return word === name ? [argv[at + 1] ?? ""] : [];
    }),
  );
  return values.at(-1);
}

/** Whether systemd is in charge here. */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
