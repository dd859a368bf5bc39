/**
 * Testing a hook under `bun test`: `runHook` runs it in the test's own process, at a stage, for a container, with what it uses real
 * or put in its place; `inBundle` gives it a throw-away bundle to be real on. Importing this makes system calls possible.
 */

import { primitive } from "../host/bun.ts";
import { close } from "../linux/descriptor.ts";
import { mkdirAll, removeTree } from "../linux/directory.ts";
import { unmount } from "../linux/mount.ts";
import { type Mount, mounts as mountsOf } from "../linux/mountinfo.ts";
import { bind } from "../linux/primitive.ts";
import { randomHex } from "../linux/random.ts";
import { replaceFile } from "../linux/replace.ts";
import { VARIABLE } from "../spec/environment.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import type { Stage } from "../spec/stage.ts";
import { callOf } from "./call.ts";
import type { Hook } from "./define.ts";
import { readOptions } from "./option.ts";
import { type Fakes, perform } from "./perform.ts";
import { Rootfs } from "./rootfs.ts";

bind(primitive);

export interface TestRun {
  stage: Stage;
  /** Words after the program's own name. */
  args?: readonly string[];
  /** `NAME=value`. */
  env?: readonly string[];
  /** Fields of the state, over those of a container `test` without annotations. */
  state?: { id?: string; bundle?: string; pid?: number; annotations?: { [key: string]: string } };
  /** In the place of what the hook uses, by name, and of `remember`: `{ command: () => ({ status: 0, stdout: "", stderr: "" }) }`. */
  fakes?: Fakes;
}

/** Runs the hook and returns the lines that it logged. What it throws is thrown on. */
export function runHook(
  hook: Hook,
  { stage, args = [], env = [], state = {}, fakes = {} }: TestRun,
): string[] {
  const lines: string[] = [];
  const environment = [`${VARIABLE.stage}=${stage}`, ...env];
  const said = { ociVersion: "1.0.2", id: "test", bundle: "/nonexistent", annotations: {}, ...state };
  const options = readOptions(hook.name, hook.options, [hook.name, ...args], environment);
  const log = (line: string) => void lines.push(line);
  const call = { ...callOf(hook, JSON.stringify(said), environment), log };
  perform(hook, call, options, fakes);
  return lines;
}

export interface TestBundle {
  /** Absolute path of the bundle. */
  readonly path: string;
  /** Its root file system, as a hook has it: `rootfs.readText("/etc/motd")`. */
  readonly rootfs: Rootfs;
  /** Runs the hook for a container of this bundle, with its annotations. */
  run(hook: Hook, run: TestRun): string[];
}

/**
 * Makes a bundle for a test, with these files in its root file system and this configuration, and takes it away when `work` is done,
 * with all that was mounted in it. What a hook does at createContainer is done to it for real; as root where that takes root.
 */
export function inBundle<T>(
  { files = {}, config = {} }: { files?: { readonly [path: string]: string }; config?: RuntimeConfig },
  work: (bundle: TestBundle) => T,
): T {
  const path = `/tmp/hookwright-bundle-${randomHex(6)}`;
  const root = `${path}/rootfs`;
  mkdirAll(`${root}/etc`);
  const rootfs = new Rootfs(root);
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirAll(`${root}${file.slice(0, file.lastIndexOf("/"))}`);
      replaceFile(`${root}${file}`, text, { mode: 0o644 });
    }
    const whole = { ociVersion: "1.0.2", ...config, root: { path: "rootfs" } };
    replaceFile(`${path}/config.json`, JSON.stringify(whole), { mode: 0o644 });
    const annotations = config.annotations ?? {};
    return work({
      path,
      rootfs,
      run: (hook, run) => runHook(hook, { ...run, state: { bundle: path, annotations, ...run.state } }),
    });
  } finally {
    close(rootfs.fd);
    const inside = ({ point }: Mount) => point.startsWith(`${path}/`);
    for (const { point } of mountsOf().filter(inside).reverse()) unmount(point, true);
    removeTree(path);
  }
}
