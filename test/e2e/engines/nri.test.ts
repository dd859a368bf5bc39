/**
 * `hookwright nri` on a real containerd with NRI: pods started over CRI get hooks, once and in order, and edits; the namespace that
 * counts is the pod's; plugin and engine may be killed, and find each other again.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Subprocess } from "bun";
import {
  CONTAINERDS,
  containerdSocket,
  IMAGE,
  nriSocket,
  startContainerd,
  writeContainerdConfig,
} from "../../support/containerd.ts";
import { Cri, type PodWish } from "../../support/cri.ts";
import { EngineWorld } from "../../support/engines.ts";
import { applyPlan, hookScript } from "../../support/plan.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

const STAGES = ["createRuntime", "createContainer", "startContainer", "poststart", "poststop"];
const LONG = "x".repeat(6000);
const ready = built("hookwright", "hookwright-host", "hookwright-runc");

interface Ran {
  hook: { name: string };
  stage: string;
  result: string;
  namespace?: { name: string; source: string };
  container: { id: string };
}

describe.skipIf(!ready).each([...CONTAINERDS])("containerd $version", (containerd) => {
  let root: TempRoot;
  let world: EngineWorld;
  let engine: Subprocess;
  let plugin: Plugin;
  let cri: Cri;

  /** The plugin, and what it says. */
  class Plugin {
    readonly #log: string;
    readonly process: Subprocess;

    constructor(name: string, process: Subprocess) {
      this.#log = `${root.work}/${name}.log`;
      this.process = process;
    }

    get log(): string {
      return readFileSync(this.#log, "utf8");
    }

    /** Waits until it has said so for the nth time. */
    async says(words: string, times = 1): Promise<void> {
      for (let tries = 0; tries < 200; tries++) {
        if (this.log.split(words).length > times) return;
        await Bun.sleep(50);
      }
      throw new Error(`it does not say "${words}" ${times} times: ${this.log}`);
    }
  }

  async function startPlugin(name: string, ...via: string[]): Promise<Plugin> {
    const words = [program("hookwright"), "nri", "--socket", nriSocket(root), "--log-level", "debug"];
    const started = new Plugin(name, world.spawn([...via, ...words], `${root.work}/${name}.log`));
    await started.says(`connected to containerd ${containerd.version}`);
    return started;
  }

  function runs(container: string): Ran[] {
    if (!existsSync(root.events)) return [];
    const lines = readFileSync(root.events, "utf8").trim().split("\n");
    return lines
      .map((line) => JSON.parse(line))
      .filter((one) => one.kind === "end" && one.container.id === container);
  }

  const ran = (container: string) =>
    runs(container).map(({ hook, stage, result }) => `${hook.name} ${stage} ${result}`);

  /** A pod with one container that sleeps, for as long as `use` takes. */
  async function withContainer(
    wish: PodWish,
    use: (id: string) => unknown = () => undefined,
  ): Promise<string> {
    const pod = await cri.runPod(wish);
    const id = await cri.runContainer(pod, "app", ["/bin/sleep", "1000"]);
    await use(id);
    await cri.removePod(pod);
    return id;
  }

  beforeAll(async () => {
    root = tempRoot();
    world = await EngineWorld.begin(root, { programs: containerd.programs });
    cri = new Cri(containerdSocket(root), IMAGE);
    mkdirSync(`${root.work}/shared`);
    writeFileSync(`${root.work}/shared/note`, "from the host\n");
    const hook = (name: string) => ({ path: hookScript(root.root, name, "cat >/dev/null"), timeout: 5 });
    const usual = { version: "1.0.0", guard: { interpreter: "pin" } };
    await applyPlan(root.root, {
      "10-every": {
        ...usual,
        hook: { path: "/usr/bin/busybox", args: ["busybox", "true"], timeout: 5 },
        guard: {},
        when: { always: true },
        stages: STAGES,
      },
      "20-edits": {
        ...usual,
        guard: {},
        when: { always: true },
        edits: {
          env: ["EDITED=1", `LONG=${LONG}`],
          mounts: [
            { hostPath: `${root.work}/shared`, containerPath: "/mnt/shared", options: ["rbind", "ro"] },
          ],
          deviceNodes: [{ path: "/dev/nothing", hostPath: "/dev/null" }],
          rlimits: [{ type: "RLIMIT_NOFILE", soft: 321, hard: 654 }],
          annotations: { "example.com/edited": "yes" },
        },
      },
      "30-prod": { ...usual, hook: hook("prod"), when: { namespaces: ["prod"] }, stages: ["createRuntime"] },
      "40-asked": {
        ...usual,
        hook: hook("asked"),
        when: { annotations: { "^example\\.com/ask$": "^yes$" } },
        stages: ["poststop"],
      },
      "50-profile": {
        ...usual,
        guard: {},
        when: { always: true },
        edits: { seccomp: { profile: { defaultAction: "SCMP_ACT_ALLOW" } } },
      },
    });
    writeContainerdConfig(root, containerd.schema);
    const enabled = await world.hookwright("engine", "enable", "containerd", "--nri");
    expect(enabled.stderr).toContain("warning: NRI fails open");
    engine = await startContainerd(world, root);
    plugin = await startPlugin("first");
  }, 120_000);

  afterAll(async () => {
    for (const pod of [...(cri?.pods ?? [])]) await cri.removePod(pod).catch(() => undefined);
    await world?.end();
    root?.remove();
  }, 60_000);

  test("says what fails open, and what the engine cannot be told", async () => {
    await plugin.says("warn: NRI fails open");
    await plugin.says("containerd 2.2 and CRI-O 1.34");
    await plugin.says("hook 50-profile is left out: containerd");
  });

  test("each hook fires once, in order, and edits arrive, also in a reply of more than one frame", async () => {
    const id = await withContainer({ name: "whole", namespace: "default" }, async (one) => {
      const env = (await cri.exec(one, ["env"])).split("\n");
      expect(env).toContain("EDITED=1");
      expect(env).toContain(`LONG=${LONG}`);
      expect(await cri.exec(one, ["cat", "/mnt/shared/note"])).toBe("from the host\n");
      expect(await cri.exec(one, ["sh", "-c", "echo gone >/dev/nothing && ls -l /dev/nothing"])).toContain(
        "1,   3",
      );
      expect(await cri.exec(one, ["cat", "/proc/1/limits"])).toMatch(/open files +321 +654/);
      expect(plugin.log).toContain(
        `container ${one.slice(0, 12)} (default/whole/app): createRuntime 10-every`,
      );
    });
    // What startContainer left in the spool comes home at poststop.
    const expected = ["createRuntime", "createContainer", "poststart", "startContainer", "poststop"];
    expect(ran(id)).toEqual(expected.map((stage) => `10-every ${stage} ok`));
    expect(new Set(runs(id).map(({ namespace }) => JSON.stringify(namespace)))).toEqual(
      new Set(['{"name":"default","source":"nri"}']),
    );
    expect(readdirSync(root.spool)).toEqual([]);
  }, 60_000);

  test("the pod's namespace decides, whatever its author has typed", async () => {
    const forged = { "io.kubernetes.cri.sandbox-namespace": "prod", "io.kubernetes.pod.namespace": "prod" };
    const dev = await withContainer({ name: "forger", namespace: "dev", annotations: forged });
    expect(ran(dev).filter((run) => run.startsWith("30-prod"))).toEqual([]);
    // Annotations of the pod count too, also those that containerd does not hand on.
    const annotations = { "example.com/ask": "yes" };
    const prod = await withContainer({ name: "real", namespace: "prod", annotations });
    expect(ran(prod)).toContain("30-prod createRuntime ok");
    expect(ran(prod)).toContain("40-asked poststop ok");
  }, 60_000);

  test("the wrapper behind the plugin: each hook once", async () => {
    const annotations = { "example.com/ask": "yes" };
    const id = await withContainer(
      { name: "both", namespace: "prod", handler: "hookwright", annotations },
      async (one) => {
        expect(await cri.exec(one, ["env"])).toContain("EDITED=1");
      },
    );
    expect(ran(id).toSorted()).toEqual(
      [
        ...STAGES.map((stage) => `10-every ${stage} ok`),
        "30-prod createRuntime ok",
        "40-asked poststop ok",
      ].toSorted(),
    );
    expect(readdirSync(root.spool)).toEqual([]);
  }, 60_000);

  test("two plugins at once: each hook once", async () => {
    const second = await startPlugin("second");
    const id = await withContainer({ name: "twice", namespace: "default" });
    expect(ran(id)).toHaveLength(STAGES.length);
    second.process.kill("SIGTERM");
    expect(await second.process.exited).toBe(0);
    expect(second.log).toContain("info: ended as asked");
  }, 60_000);

  test("killed and started again: containers go on, their poststop hooks run, new ones have hooks", async () => {
    const pod = await cri.runPod({ name: "outlives", namespace: "default" });
    const before = await cri.runContainer(pod, "before", ["/bin/sleep", "1000"]);
    plugin.process.kill("SIGKILL");
    await plugin.process.exited;
    expect(await cri.exec(before, ["echo", "alive"])).toBe("alive\n");
    await cri.removeContainer(before);
    expect(ran(before)).toContain("10-every poststop ok");
    // This is what fails open.
    const without = await cri.runContainer(pod, "without", ["/bin/sleep", "1000"]);
    expect(await cri.exec(without, ["env"])).not.toContain("EDITED");
    // As the unit starts it: with no right to mount, so the spool of startContainer hooks is a plain file.
    plugin = await startPlugin("again", "setpriv", "--bounding-set=-sys_admin");
    const after = await cri.runContainer(pod, "after", ["/bin/sleep", "1000"]);
    await cri.removePod(pod);
    expect(ran(after)).toHaveLength(STAGES.length);
    expect(ran(without)).toEqual([]);
    expect(readdirSync(root.spool)).toEqual([]);
  }, 60_000);

  test("the engine killed and started again: the plugin is back by itself", async () => {
    const pod = await cri.runPod({ name: "survives", namespace: "default" });
    const before = await cri.runContainer(pod, "before", ["/bin/sleep", "1000"]);
    engine.kill("SIGKILL");
    await engine.exited;
    await plugin.says("the connection has ended");
    engine = await startContainerd(world, root);
    await plugin.says("connected to containerd", 2);
    expect(plugin.log).toMatch(/warn: it was away for [\d.]+ s: containers created meanwhile have no hooks/);
    expect(await cri.exec(before, ["echo", "alive"])).toBe("alive\n");
    const after = await cri.runContainer(pod, "after", ["/bin/sleep", "1000"]);
    await cri.removePod(pod);
    for (const id of [before, after]) expect(ran(id)).toHaveLength(STAGES.length);
  }, 60_000);

  test("a failing hook of a new plan, and a plan that cannot be trusted, stop containers with the reason", async () => {
    const path = hookScript(root.root, "no", "cat >/dev/null; echo the hook says no >&2; exit 3");
    await applyPlan(root.root, {
      "60-no": {
        version: "1.0.0",
        hook: { path, timeout: 5 },
        when: { namespaces: ["closed"] },
        stages: ["createRuntime"],
        guard: { interpreter: "pin" },
      },
    });
    const pod = await cri.runPod({ name: "refused", namespace: "closed" });
    await expect(cri.runContainer(pod, "first", ["/bin/true"])).rejects.toThrow("the hook says no");
    await world.run(["ln", "-sfn", `${"0".repeat(64)}.json`, root.current]);
    await expect(cri.runContainer(pod, "second", ["/bin/true"])).rejects.toThrow("read the plan");
    await cri.removePod(pod);
  }, 60_000);
});
