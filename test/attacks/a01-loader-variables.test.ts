/** A1: the image's LD_PRELOAD and its relatives must not reach a hook, at the stages that run with the image's environment. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runContainer, shellHook } from "../support/attack.ts";
import { makeBundle } from "../support/bundle.ts";
import { applyPlan } from "../support/plan.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { runRuntime } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const HOSTILE = ["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GCONV_PATH", "GLIBC_TUNABLES"];

/** Tunables must be well-formed, or the container's own static busybox warns of them on a newer glibc. */
function hostileValue(name: string): string {
  return name === "GLIBC_TUNABLES" ? "glibc.malloc.check=3" : "/proc/self/cwd/evil.so";
}

for (const runtime of ["runc", "crun"] as const)
  for (const stage of ["createContainer", "startContainer"] as const)
    test(`A1 ${runtime}: a ${stage} hook gets none of ${HOSTILE.join(", ")}`, async () => {
      const seen = stage === "createContainer" ? `${root.work}/seen` : "/seen";
      await applyPlan(root.root, { hook: shellHook(`env > ${seen}`, { stage }) });
      const { created, bundle } = await runContainer(root, runtime, ["true"], (config) => {
        config.process?.env?.push(...HOSTILE.map((name) => `${name}=${hostileValue(name)}`));
      });
      expect(created.stderr).toBe("");
      const env = readFileSync(stage === "createContainer" ? seen : `${bundle}/rootfs/seen`, "utf8");
      for (const name of HOSTILE) expect(env).not.toContain(name);
      expect(env).toContain("PATH=/usr/bin:/bin");
    });

test("A1 control: without the guard, runc hands LD_PRELOAD of the image to a createContainer hook", async () => {
  const bundle = makeBundle(`${root.work}/bare`, {
    tweak: (config) => {
      config.process?.env?.push("LD_PRELOAD=/nowhere/evil.so");
      config.hooks = {
        createContainer: [{ path: "/usr/bin/busybox", args: ["sh", "-c", `env > ${root.work}/bare-seen`] }],
      };
    },
  });
  await runRuntime("runc", root.root, ["run", "-b", bundle, "bare"]);
  const version = Bun.spawnSync(["runc", "--version"]).stdout.toString();
  // runc 1.3 clears the environment of createContainer hooks.
  const leaks = /version (1\.[0-2]\.|1\.1)/.test(version);
  expect(readFileSync(`${root.work}/bare-seen`, "utf8").includes("LD_PRELOAD")).toBe(leaks);
});
