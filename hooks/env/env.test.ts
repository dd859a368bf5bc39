/** env on real containers, whose first process sees what was found, and of which nothing but the container tells. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan, define } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

const SECRET = "correct horse=battery";

describe.skipIf(!built("hookwright", "hookwright-host"))("env", () => {
  let root: TempRoot;
  let path = "";
  beforeAll(async () => {
    root = tempRoot();
    path = await builtHook(root, "env");
    writeFileSync(`${root.work}/password`, `${SECRET}\n`, { mode: 0o600 });
    writeFileSync(`${root.work}/variables`, "# of the shop\nHOME=/shop\nFLAG=\n");
    const attached = (annotation: string, args: string[], more: object = {}) =>
      shippedDefinition("env", path, (definition) => {
        definition.name = `env-${annotation}`;
        definition.hook.args = ["env", ...args];
        definition.when.annotations = { "^com\\.example\\.app$": `^${annotation}$` };
        Object.assign(definition, more);
      });
    const shell = ["--", "/usr/bin/busybox", "sh", "-c"];
    await applyPlan(root.root, {
      shop: attached("shop", [
        "--file",
        `PASSWORD=${root.work}/password`,
        "--env-file",
        `${root.work}/variables`,
        "--host",
        "NODE=hostname",
        "--command",
        "MADE",
        ...shell,
        "echo of the command",
      ]),
      missing: attached("missing", ["--file", `PASSWORD=${root.work}/none`]),
      failing: attached("failing", ["--command", "MADE", ...shell, "echo half; echo why >&2; exit 3"]),
      lenient: attached("lenient", ["--file", `PASSWORD=${root.work}/none`], {
        guard: { onFailure: "continue" },
      }),
      slow: attached("slow", ["--command", "MADE", ...shell, "sleep 20"], {
        hook: {
          path,
          args: ["env", "--command", "MADE", ...shell, "sleep 20"],
          env: ["PATH=/bin"],
          timeout: 1,
        },
      }),
    });
  });
  afterAll(() => root.remove());

  const start = (runtime: RuntimeName, app: string) => {
    const id = `${app}-${runtime}`;
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: ["/bin/env"],
      tweak: (config) => {
        config.annotations = { "com.example.app": app };
      },
    });
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
  };
  const events = async (id: string) =>
    (await hookwright(root.root, ["events", "--container", id, "--format", "json"])).stdout;

  test.each(RUNTIMES)("from files, a command and the host, on %s", async (runtime) => {
    const done = await start(runtime, "shop");
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout.split("\n").filter((line) => !line.startsWith("PATH="))).toEqual([
      "HOME=/shop",
      "FLAG=",
      `PASSWORD=${SECRET}`,
      `NODE=${hostname()}`,
      "MADE=of the command",
      "",
    ]);
    const said = await events(`shop-${runtime}`);
    expect(said).toContain("set HOME, FLAG, PASSWORD, NODE, MADE");
    for (const text of [said, readFileSync(root.events, "utf8"), plans()]) expect(text).not.toContain(SECRET);
  });

  const plans = () =>
    readdirSync(root.plans)
      .map((name) => readFileSync(`${root.plans}/${name}`, "utf8"))
      .join("\n");

  test.each(RUNTIMES)("what cannot be found stops the container on %s, which says why", async (runtime) => {
    for (const [app, why] of [
      ["missing", "there is no such file"],
      ["failing", "exit status 3: why"],
      ["slow", "it did not end before"],
    ] as const) {
      const done = await start(runtime, app);
      expect(done.code).toBe(125);
      expect(done.stderr).toContain(
        `edit the container by env-${app}: hookwright: hook env-${app} at precreate`,
      );
      expect(done.stdout).toBe("");
      expect(await events(`${app}-${runtime}`)).toContain(why);
    }
  });

  test("with onFailure: continue it starts as it is", async () => {
    const done = await start("runc", "lenient");
    expect([done.code, done.stdout]).toEqual([0, "PATH=/usr/bin:/bin\nHOME=/\n"]);
    expect(await events("lenient-runc")).toContain("there is no such file");
  });

  test("by hand it shows what it would set", async () => {
    const words = ["--stage", "precreate", "--arg", "--host", "--arg", "NODE=hostname"];
    const { code, stdout } = await hookwright(root.root, ["hook", "run", path, ...words]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`{"env":["NODE=${hostname()}"]}`)]);
  });

  test("a secret in a plain definition is refused", async () => {
    const other = tempRoot();
    try {
      define(other.root, "plain", {
        version: "1.0.0",
        name: "plain",
        when: { always: true },
        edits: { env: ["DATABASE_PASSWORD=hunter2hunter2"] },
      });
      const { code, stderr } = await hookwright(other.root, ["apply"]);
      expect(code).toBe(1);
      expect(stderr).toContain("DATABASE_PASSWORD looks like it holds a secret");
      expect(stderr).not.toContain("hunter2");
    } finally {
      other.remove();
    }
  });
});
