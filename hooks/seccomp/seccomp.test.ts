/** seccomp on real containers: what each way to a profile forbids, the kernel refuses. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

const DIGEST = "c0ffee00".repeat(8);
const CALLS = { image: "mkdir", annotation: "chmod", fallback: "ln -s x" } as const;
const SYSCALLS = {
  image: ["mkdir", "mkdirat"],
  annotation: ["chmod", "fchmodat"],
  fallback: ["symlink", "symlinkat"],
};

describe.skipIf(!built("hookwright", "hookwright-host"))("seccomp", () => {
  let root: TempRoot;
  beforeAll(async () => {
    root = tempRoot();
    const profiles = `${root.work}/profiles`;
    mkdirSync(profiles);
    for (const [name, names] of Object.entries(SYSCALLS)) {
      const syscalls = [{ names, action: "SCMP_ACT_ERRNO", errnoRet: 1 }];
      writeFileSync(
        `${profiles}/${name}.json`,
        JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls }),
      );
    }
    writeFileSync(`${profiles}/loose.json`, JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW" }));
    chmodSync(`${profiles}/loose.json`, 0o666);
    const path = await builtHook(root, "seccomp");
    await applyPlan(root.root, {
      seccomp: shippedDefinition("seccomp", path, (definition) => {
        definition.name = "seccomp";
        definition.hook.args = [
          "seccomp",
          "--image",
          `sha256:${DIGEST}=${profiles}/image.json`,
          "--annotation",
          "com.example.seccomp",
          "--profiles",
          profiles,
          "--fallback",
          `${profiles}/fallback.json`,
        ];
      }),
    });
  });
  afterAll(() => root.remove());

  let number = 0;
  /** Which of the calls its profile refuses. */
  const refused = async (runtime: RuntimeName, annotations: { [key: string]: string }, image?: string) => {
    const id = `seccomp-${++number}`;
    const script = Object.entries(CALLS)
      .map(
        ([name, call]) =>
          `${call} ${name === "annotation" ? "700 /tmp" : "/tmp/made"} 2>/dev/null || echo ${name}`,
      )
      .join("; rm -rf /tmp/made; ");
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: ["/bin/sh", "-c", script],
      tweak: (config) => {
        config.annotations = { "com.example.confined": "yes", ...annotations };
      },
    });
    if (image !== undefined) {
      const walk = [{ digest: `sha256:${image}` }];
      writeFileSync(
        `${bundle}/umoci.json`,
        JSON.stringify({ from_descriptor_path: { descriptor_walk: walk } }),
      );
    }
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    const done = await runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
    return { ...done, id };
  };

  test.each(RUNTIMES)("by image before annotation before fallback, on %s", async (runtime) => {
    const named = { "com.example.seccomp": "annotation" };
    expect((await refused(runtime, named, DIGEST)).stdout).toBe("image\n");
    expect((await refused(runtime, named, "0".repeat(64))).stdout).toBe("annotation\n");
    expect((await refused(runtime, {})).stdout).toBe("fallback\n");
    expect((await refused(runtime, { "com.example.confined": "no" })).stdout).toBe("");
  });

  test("a name that is no profile, and a profile that others can change, stop the container", async () => {
    for (const [name, why] of [
      ["none", "none.json"],
      ["../profiles/image", "names none"],
      ["loose", "is writable by everybody"],
    ] as const) {
      const { code, stdout, id } = await refused("runc", { "com.example.seccomp": name });
      expect([code, stdout]).toEqual([125, ""]);
      const { stdout: said } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
      expect(said).toContain(why);
    }
  });
});
