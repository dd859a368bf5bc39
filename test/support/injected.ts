/**
 * The hook entry that the wrapper really writes for a definition, to start the guard as a runtime would: for tests of
 * the guard that need thousands of runs and no container around them.
 */

import { readFileSync } from "node:fs";
import type { OciHook, RuntimeConfig } from "../../src/spec/runtime-config.ts";
import type { RuntimeStage } from "../../src/spec/stage.ts";
import { makeBundle } from "./bundle.ts";
import { applyPlan } from "./plan.ts";
import { program } from "./programs.ts";
import type { TempRoot } from "./root.ts";
import { run } from "./runtime.ts";

export interface Injected {
  hook: OciHook;
  /** A state that fits the container record which the wrapper wrote. */
  state: string;
  bundle: string;
}

/** Applies the definition, passes a bundle through the wrapper, and returns what stands in it at `stage`. */
export async function injected(root: TempRoot, definition: object, stage: RuntimeStage): Promise<Injected> {
  await applyPlan(root.root, { injected: definition });
  const bundle = makeBundle(`${root.work}/injected`, { rootfs: `${root.work}/rootfs` });
  const wrapper = [program("hookwright-runtime"), "--runtime-path", "/bin/true"];
  const env = { HOOKWRIGHT_ROOT: root.root };
  const done = await run([...wrapper, "create", "--bundle", bundle, "injected"], { env });
  if (done.code !== 0) throw new Error(`the wrapper failed: ${done.stderr}`);
  const config: RuntimeConfig = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
  const hook = config.hooks?.[stage]?.[0];
  if (hook === undefined) throw new Error(`nothing was injected at ${stage}`);
  const state = JSON.stringify({ ociVersion: "1.0.2", id: "injected", status: "creating", pid: 1, bundle });
  return { hook, state, bundle };
}

/** Environment of a hook entry as an object. */
export function environmentOf(hook: OciHook): Record<string, string> {
  const pairs = (hook.env ?? []).map((pair) => pair.split(/=(.*)/s).slice(0, 2));
  return Object.fromEntries(pairs);
}
