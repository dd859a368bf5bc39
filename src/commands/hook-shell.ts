/**
 * `hook replay RUN --shell`: a shell where a hook of the log ran, to look around and to start it by hand: with its environment, in `/`
 * as the guard starts it, the state in a file, and in the namespaces of its container as far as that lives.
 */

import { closeSync, mkdtempSync, openSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { VARIABLE } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";
import { type ShownRun, showRun } from "./events-show.ts";
import { entryOfRun, stateOfRun } from "./hook-replay.ts";
import { containerPid, stateAt } from "./running-container.ts";

export interface ShellOptions {
  /** The beginning of the run's id. */
  run: string;
  /** A state, JSON, in place of one that is made of the record. */
  state?: string;
  /** Where the container's runtime keeps its state, when that is unusual. */
  runtimeRoot?: string;
  /** Told where the shell is, when it opens. */
  begin(where: string): void;
}

export interface ShellEnded {
  before: ShownRun;
  /** The namespaces of the container in which it was; none for a hook on the host, or when the container is gone. */
  namespaces: string[];
  /** Exit status of the shell. */
  exit: number;
}

/** Kinds of namespaces as nsenter calls them. At createContainer the root and the paths are still the host's. */
const NAMESPACES: { readonly [S in Stage]?: readonly string[] } = {
  createContainer: ["net", "ipc", "uts"],
  startContainer: ["user", "mount", "net", "ipc", "uts", "pid", "cgroup"],
};

/** The descriptor by which the state is read where the host's files are not seen. */
const STATE_FD = 3;

/** Runs a shell on the terminal of the caller; returns when it has ended. @throws Failure */
export async function hookShell(host: Roots, options: ShellOptions): Promise<ShellEnded> {
  const before = showRun(host, options.run);
  const entry = entryOfRun(host, before);
  const namespaces = NAMESPACES[before.stage] ?? [];
  const pid = namespaces.length === 0 ? undefined : living(before, options.runtimeRoot);
  const inside = before.stage === "startContainer";
  if (inside && pid === undefined) {
    throw new Failure("container_missing", `open a shell where ${before.run} ran: its container is gone`, {
      hint: "a hook of startContainer runs inside of its container; at other stages there is always the host",
    });
  }
  const directory = mkdtempSync(`${tmpdir()}/hookwright-shell-`);
  const file = `${directory}/state.json`;
  writeFileSync(file, `${options.state ?? stateOf(before, options.runtimeRoot)}\n`, { mode: 0o600 });
  const state = openSync(file, "r");
  try {
    const env = [
      ...entry.env,
      `${VARIABLE.stage}=${before.stage}`,
      `HOOKWRIGHT_STATE=${inside ? `/proc/self/fd/${STATE_FD}` : file}`,
      ...(inside ? [] : [`HOOKWRIGHT_HOOK=${host.store}/${entry.hook}`]),
    ];
    // nsenter leaves the working directory where it was, which would be the host's.
    const shell = [
      "/bin/sh",
      "-c",
      'cd / && unset OLDPWD && exec /bin/sh -s -- "$@"',
      "sh",
      ...entry.args.slice(1),
    ];
    const kinds = pid === undefined ? [] : [...namespaces];
    options.begin(
      kinds.length === 0 ? "on the host" : `in the ${kinds.join(", ")} namespaces of ${before.container.id}`,
    );
    const child = Bun.spawn([...entering(pid, namespaces), ...shell], {
      cwd: "/",
      env: Object.fromEntries(
        env.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]),
      ),
      stdio: ["inherit", "inherit", "inherit", state],
    });
    const exit = await child.exited;
    return { before, namespaces: kinds, exit };
  } finally {
    closeSync(state);
    rmSync(directory, { recursive: true });
  }
}

/** With the process of a container that lives; else as a replay has it. */
function stateOf(before: ShownRun, runtimeRoot: string | undefined): string {
  return orGone(() => stateAt(before.stage, before.container.id, runtimeRoot)) ?? stateOfRun(before);
}

/** The container's first process; undefined when it is gone. */
function living({ container }: ShownRun, runtimeRoot: string | undefined): number | undefined {
  return orGone(() => containerPid(container.id, runtimeRoot === undefined ? [] : [runtimeRoot]));
}

function orGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function entering(pid: number | undefined, namespaces: readonly string[]): string[] {
  if (pid === undefined) return [];
  const nsenter = Bun.which("nsenter");
  if (nsenter === null) {
    throw new Failure(
      "no_nsenter",
      "open a shell in the container's namespaces: there is no nsenter on the PATH",
      {
        hint: "install util-linux",
        exitCode: EXIT.missing,
      },
    );
  }
  const own = namespaces.filter((kind) => !(kind === "user" && sharesUsers(pid)));
  const root = namespaces.includes("mount") ? ["--root"] : [];
  return [nsenter, `--target=${pid}`, ...own.map((kind) => `--${kind}`), ...root, "--"];
}

function sharesUsers(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync("/proc/self/ns/user");
}
