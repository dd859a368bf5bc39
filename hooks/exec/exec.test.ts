/** exec on real containers: every stage, and words of the container that try to be more than words. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, runRuntime, runtimePath } from "../../test/support/runtime.ts";

const ANNOTATION = "com.example.log";

describe.skipIf(!built("hookwright", "hookwright-host"))("exec", () => {
  let root: TempRoot;
  beforeAll(async () => {
    root = tempRoot();
    const path = await builtHook(root, "exec");
    const attached = (stages: string[], args: string[], more: object = {}) =>
      shippedDefinition("exec", path, (definition) => {
        definition.stages = stages;
        definition.hook.args = ["exec", ...args];
        definition.guard.onFailure = "stop";
        Object.assign(definition, more);
      });
    const touch = ["--", "/usr/bin/touch", "{bundle}/{stage}.{annotation:com.example.log}"];
    await applyPlan(root.root, {
      host: attached(["createRuntime", "createContainer", "poststart", "poststop"], touch),
      inside: attached(["startContainer"], ["--", "/bin/touch", "/tmp/{stage}.{id}"]),
      state: attached(
        ["createRuntime"],
        [
          "--state",
          "--env",
          "OUT={bundle}/state",
          "--",
          "/usr/bin/busybox",
          "sh",
          "-c",
          'cat >"$OUT"; echo said',
        ],
      ),
      failing: attached(["createRuntime"], ["--", "/usr/bin/busybox", "sh", "-c", "echo why >&2; exit 3"], {
        when: { annotations: { [ANNOTATION]: "^fail$" } },
      }),
    });
  });
  afterAll(() => root.remove());

  const start = (runtime: (typeof RUNTIMES)[number], id: string, annotation: string) => {
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: ["/bin/sleep", "0.5"],
      tweak: (config) => {
        config.annotations = { [ANNOTATION]: annotation };
      },
    });
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
  };

  test.each(RUNTIMES)("at every stage on %s, with the container's words as words", async (runtime) => {
    const id = `exec-${runtime}`;
    const evil = "$(touch evil); é";
    const done = await start(runtime, id, evil);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    for (const stage of ["createRuntime", "createContainer", "poststart", "poststop"])
      expect([stage, existsSync(`${root.work}/${id}/${stage}.${evil}`)]).toEqual([stage, true]);
    expect(existsSync(`${root.work}/${id}/rootfs/tmp/startContainer.${id}`)).toBe(true);
    expect(JSON.parse(readFileSync(`${root.work}/${id}/state`, "utf8"))).toMatchObject({ id });
    const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
    expect(stdout).toContain('"said\\n"');
  });

  test.each(RUNTIMES)(
    "a program that fails stops the container on %s, and the event says why",
    async (runtime) => {
      const id = `failing-${runtime}`;
      const done = await start(runtime, id, "fail");
      expect(done.code).not.toBe(0);
      const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
      expect(stdout).toContain("why\\nexec: run /usr/bin/busybox sh -c");
      expect(stdout).toContain("exit status 3");
    },
  );
});
