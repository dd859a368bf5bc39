/**
 * `seccomp record --bundle B`: runs a bundle once, under a filter that allows everything, and tells what was called. The
 * bundle itself is not touched: the runtime is given a configuration of ours with the bundle's root file system.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { readJson } from "../codec/json/read.ts";
import { writeJson } from "../codec/json/write.ts";
import { setChildSubreaper } from "../linux/prctl.ts";
import { shellStatus, wait } from "../linux/wait.ts";
import { recorderPlace } from "../record/place.ts";
import { recordingOf } from "../record/recording.ts";
import { register } from "../record/register.ts";
import { unregister } from "../record/unregister.ts";
import { permissiveFilter } from "../rules/seccomp/permissive.ts";
import { findRuntime } from "../runtime/lookup.ts";
import { Failure } from "../spec/failure.ts";
import type { Recording, RecordOptions } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

export interface RecordBundleWish {
  bundle: string;
  /** A path or a name; the first of runc and crun when absent. */
  runtime?: string;
  /** In place of process.args. */
  args: readonly string[];
  options: RecordOptions;
  pins?: string;
  /** The container's output goes to standard error. */
  quiet: boolean;
  env: { readonly [name: string]: string | undefined };
  stop: AbortSignal;
}

export interface RecordedRun {
  recording: Recording;
  /** The container's own, as a shell tells it. */
  exitStatus: number;
}

const LOOK_EVERY = 10;

/** @throws Failure; the container is gone then, and nothing stays behind */
export async function seccompRecord(roots: Roots, wish: RecordBundleWish): Promise<RecordedRun> {
  const pairs = Object.entries(wish.env).map(([name, value]) => `${name}=${value ?? ""}`);
  const runtime = findRuntime(wish.runtime, pairs);
  mkdirSync(roots.run, { recursive: true, mode: 0o755 });
  const directory = mkdtempSync(`${roots.run}/record-`);
  const id = `hookwright-${directory.slice(-6)}`;
  try {
    const config = configOf(wish);
    writeFileSync(`${directory}/config.json`, config.text);
    // The container's first process becomes our child when the runtime has ended, and so its exit status ours to read.
    setChildSubreaper(true);
    const output = wish.quiet ? 2 : 1;
    await runRuntime([runtime, "create", "--bundle", directory, id], output);
    try {
      return await follow(roots, wish, { runtime, id, config: config.value });
    } finally {
      await Bun.spawn([runtime, "delete", "--force", id], { stdio: ["ignore", "ignore", "ignore"] }).exited;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Created {
  runtime: string;
  id: string;
  config: RuntimeConfig;
}

async function follow(
  roots: Roots,
  wish: RecordBundleWish,
  { runtime, id, config }: Created,
): Promise<RecordedRun> {
  const state = Bun.spawnSync([runtime, "state", id]);
  const pid: unknown = JSON.parse(state.stdout.toString()).pid;
  if (typeof pid !== "number" || pid <= 0)
    throw new Failure("record_failed", `record the bundle: ${runtime} tells no pid of its container`);
  const place = recorderPlace(roots, wish.pins);
  const started = new Date().toISOString();
  const registration = await register(place, { pid, options: wish.options, boundary: "permissive" });
  let exitStatus: number;
  try {
    await runRuntime([runtime, "start", id], 2);
    exitStatus = await endOf(pid, wish.stop);
  } catch (error) {
    unregister(place, registration);
    throw error;
  }
  const snapshot = unregister(place, registration);
  if (snapshot === null)
    throw new Failure("record_lost", "record the bundle: what was recorded is gone", {
      hint: "Somebody unloaded the recorder; record again.",
    });
  const [command] = config.process?.args ?? [];
  const recording = recordingOf(
    snapshot,
    {
      container: { bundle: resolve(wish.bundle), ...(command === undefined ? {} : { command: [command] }) },
      runtime: { name: runtime.slice(runtime.lastIndexOf("/") + 1) },
      noNewPrivileges: config.process?.noNewPrivileges === true,
      boundary: "permissive",
      started,
      ended: new Date().toISOString(),
      complete: true,
    },
    wish.options,
  );
  return { recording, exitStatus };
}

/** Exit status of a child of ours; an interrupt ends it. */
async function endOf(pid: number, stop: AbortSignal): Promise<number> {
  for (let killed = false; ; ) {
    const ended = wait(pid, true);
    if (ended !== null) return shellStatus(ended.ending);
    if (stop.aborted && !killed) {
      process.kill(pid, "SIGKILL");
      killed = true;
    }
    await Bun.sleep(LOOK_EVERY);
  }
}

async function runRuntime(command: string[], output: 1 | 2): Promise<void> {
  const log = `${command[1]} failed`;
  const child = Bun.spawn(command, { stdio: ["inherit", output === 1 ? "inherit" : 2, "inherit"] });
  if ((await child.exited) !== 0)
    throw new Failure("record_failed", `record the bundle: ${command[0]} ${log}`, {
      hint: "What it said is above; `hookwright bundle show` looks at the bundle.",
    });
}

function configOf({ bundle, args }: RecordBundleWish): { text: string; value: RuntimeConfig } {
  const file = `${bundle}/config.json`;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Failure(
      "bundle_missing",
      `read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: "A bundle is a directory with a config.json.",
        cause,
      },
    );
  }
  const document = readJson(text, { file });
  const value = document.value as RuntimeConfig;
  value.root = { ...value.root, path: resolve(bundle, value.root?.path ?? "rootfs") };
  value.linux = { ...value.linux, seccomp: permissiveFilter() };
  if (value.process != null) {
    value.process.terminal = false;
    if (args.length > 0) value.process.args = [...args];
  }
  return { text: writeJson(document, ["root", "linux", "process"]), value };
}
