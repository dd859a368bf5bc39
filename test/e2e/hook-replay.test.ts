/** `hook replay`: what ran once runs again, byte for byte and word for word, whatever has become of its file since. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { makeBundle } from "../support/bundle.ts";
import { builtHook } from "../support/hooks.ts";
import { environmentOf, injected } from "../support/injected.ts";
import { applyPlan, hookScript } from "../support/plan.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { RUNTIMES, run, runRuntime, runtimePath } from "../support/runtime.ts";

describe.skipIf(!built("hookwright", "hookwright-host", "hookwright-runtime"))("hook replay", () => {
  let root: TempRoot;
  let id = "";
  const replay = (...words: string[]) => hookwright(root.root, ["hook", "replay", id, ...words]);

  beforeAll(async () => {
    root = tempRoot();
    const script = 'echo "$HOOKWRIGHT_STAGE $MOOD $*"; cat >&2; exit 3';
    const path = hookScript(root.root, "moody", script);
    const definition = {
      version: "1.0.0",
      hook: { path, args: ["moody", "two words", "$(id)"], env: ["MOOD=bad day"], timeout: 5 },
      when: { always: true },
      stages: ["poststart"],
      guard: { interpreter: "pin", onFailure: "continue" },
    };
    const { hook, state } = await injected(root, definition, "poststart");
    await run([program("hookwright-guard"), ...(hook.args ?? []).slice(1)], {
      env: environmentOf(hook),
      stdin: state,
    });
    id = (await hookwright(root.root, ["events", "-q"])).stdout.trim();
    writeFileSync(path, "#!/usr/bin/busybox sh\necho another program\n");
  });
  afterAll(() => root.remove());

  test("the same program, words, environment and stage; the log does not grow", async () => {
    const log = readFileSync(root.events, "utf8");
    const done = await replay("--format", "json");
    expect(done).toMatchObject({ code: 1, stderr: "" });
    const { before, now } = JSON.parse(done.stdout);
    expect(before.end.stdout.tail).toBe("poststart bad day two words $(id)\n");
    expect(now.end.stdout).toEqual(before.end.stdout);
    expect([now.result, now.end.exit, now.stage]).toEqual(["fail", 3, "poststart"]);
    expect(JSON.parse(now.end.stderr.tail)).toMatchObject({ id: "injected", status: "running" });
    expect(readFileSync(root.events, "utf8")).toBe(log);
  });

  test("with a state of its own, and with its system calls", async () => {
    const state = `${root.work}/state.json`;
    writeFileSync(state, JSON.stringify({ id: "other", bundle: "/b" }));
    const calls = `${root.work}/calls`;
    const done = await replay("--state", state, "--trace", calls);
    expect(done.code).toBe(1);
    expect(done.stdout).toStartWith("before: fail\n");
    expect(done.stdout).toContain('"id":"other"');
    expect(readFileSync(calls, "utf8")).toMatch(/execve\(.*exit_group\(3\)/s);
  });

  test("a shell where it ran: the host, its environment, its words, its state in a file", async () => {
    const script = `
      pwd; env | sort; echo "$1|$2"
      "$HOOKWRIGHT_HOOK" "$@" <"$HOOKWRIGHT_STATE"; echo "status $?"
      exit 7`;
    const done = await hookwright(root.root, ["hook", "replay", id, "--shell"], { stdin: script });
    expect(done.code).toBe(7);
    const lines = done.stdout.split("\n");
    expect(lines[0]).toBe("/");
    expect(lines).toContain("MOOD=bad day");
    expect(lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split("=")[0])).toEqual([
      "HOOKWRIGHT_HOOK",
      "HOOKWRIGHT_STAGE",
      "HOOKWRIGHT_STATE",
      "MOOD",
      "PWD",
    ]);
    expect(lines).toContain("two words|$(id)");
    expect(lines).toContain("poststart bad day two words $(id)");
    expect(lines).toContain("status 3");
    expect(done.stderr).toContain("a shell on the host");
    expect(done.stderr).toContain('"id":"injected"');
  });

  test.each(RUNTIMES)(
    "a shell inside of a container of %s that lives, and none in one that is gone",
    async (runtime) => {
      const path = await builtHook(root, "exec");
      await applyPlan(root.root, {
        inside: {
          version: "1.0.0",
          hook: { path, args: ["exec", "--", "/bin/true"], env: ["WHERE=inside"], timeout: 5 },
          when: { always: true },
          stages: ["startContainer", "poststop"],
        },
      });
      const name = `shell-${runtime}`;
      const bundle = makeBundle(`${root.work}/${name}`, { args: ["/bin/sleep", "60"] });
      const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
      const running = runRuntime(runtime, root.root, ["run", "--bundle", bundle, name], { via });
      const state = `${root.work}/state-${runtime}`;
      const up = async () => {
        const look = async () => (await runRuntime(runtime, root.root, ["state", name])).stdout;
        while (!(await look()).includes('"running"')) await Bun.sleep(50);
      };
      await up();
      await runRuntime(runtime, root.root, ["kill", name, "KILL"]);
      await running;
      // The record of a hook inside comes out when the container ends; another of the same name lives on.
      const again = runRuntime(runtime, root.root, ["run", "--bundle", bundle, name], { via });
      await up();
      const words = ["--container", name, "--stage", "startContainer", "-q"];
      const [run = ""] = (await hookwright(root.root, ["events", ...words])).stdout.split("\n");
      const script =
        'hostname; pwd; echo "$WHERE $HOOKWRIGHT_STAGE $2"; cat $HOOKWRIGHT_STATE; ls /bin/busybox';
      const shell = ["hook", "replay", run, "--shell", "--runtime-root", state];
      const done = await hookwright(root.root, shell, { stdin: script });
      expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining(`namespaces of ${name}`) });
      const said = ["hookwright-test", "/", "inside startContainer /bin/true"].join("\n");
      expect(done.stdout).toStartWith(`${said}\n{`);
      expect(done.stdout).toEndWith("}\n/bin/busybox\n");
      await runRuntime(runtime, root.root, ["kill", name, "KILL"]);
      await again;
      const gone = await hookwright(root.root, shell, { stdin: script });
      expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("its container is gone") });
    },
  );

  test("a run whose plan is gone is said to be so", async () => {
    expect(await hookwright(root.root, ["hook", "replay", "0000"])).toMatchObject({ code: 1 });
    const plans = Bun.spawnSync(["sh", "-c", `chattr -f -i ${root.plans}/*.json; ls ${root.plans}`]);
    expect(plans.exitCode).toBe(0);
    const kept = `${root.work}/plans`;
    Bun.spawnSync(["mv", root.plans, kept]);
    expect(await replay()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is gone\nhint: plans and programs"),
    });
    rmSync(root.plans, { recursive: true, force: true });
    Bun.spawnSync(["mv", kept, root.plans]);
  });
});
