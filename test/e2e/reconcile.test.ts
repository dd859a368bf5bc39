/**
 * Cleanup that survives: runtime, guard or hook are killed while a hook has done something on the host; whether a runtime still comes to
 * poststop or not, nothing is left after `reconcile`, and what a living container needs stays.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, utimesSync } from "node:fs";
import { primitive } from "../../src/host/bun.ts";
import { cgroupMount, cgroupOf } from "../../src/linux/cgroup.ts";
import { bind } from "../../src/linux/primitive.ts";
import { makeBundle } from "../support/bundle.ts";
import { applyPlan } from "../support/plan.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import {
  hidingHybrid,
  RUNTIMES,
  type RuntimeName,
  removeContainerGroups,
  runRuntime,
  runtimePath,
} from "../support/runtime.ts";
import { becomeSubreaper, known } from "../support/survivors.ts";

bind(primitive);

const ANNOTATION = "com.example.wait";
const ABANDONED = ["old", "stuck"];

describe.skipIf(!built("hookwright", "hookwright-host"))("reconcile", () => {
  let root: TempRoot;
  let place = "";
  let definition: object;
  beforeAll(async () => {
    root = tempRoot();
    place = `${root.work}/marks`;
    mkdirSync(place);
    const path = `${root.work}/marking`;
    const source = `${import.meta.dir}/../support/marking-hook.ts`;
    const done = await hookwright(root.root, ["hook", "build", source, "-o", path]);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    definition = {
      version: "1.0.0",
      hook: { path, args: ["marking", "--place", place, "--wait", ANNOTATION], timeout: 3 },
      when: { always: true },
      stages: ["createRuntime", "poststop"],
    };
    await applyPlan(root.root, { marking: definition });
  });
  afterAll(() => {
    for (const id of ABANDONED) removeContainerGroups(id);
    root.remove();
  });

  const bundleOf = (id: string, wait?: string) =>
    makeBundle(`${root.work}/${id}`, {
      args: ["/bin/sleep", "60"],
      tweak: (config) => {
        if (wait !== undefined) config.annotations = { [ANNOTATION]: wait };
      },
    });
  const via = (runtime: RuntimeName) => [
    program("hookwright-runtime"),
    "--runtime-path",
    runtimePath(runtime),
  ];
  const mark = (id: string) => `${place}/mark.${id}`;
  const undone = (id: string) =>
    existsSync(`${place}/undone`)
      ? readFileSync(`${place}/undone`, "utf8")
          .split("\n")
          .filter((line) => line === mark(id)).length
      : 0;
  const ledgers = () => (existsSync(root.ledger) ? readdirSync(root.ledger) : []);
  const reconcile = async () => {
    const { code, stdout, stderr } = await hookwright(root.root, ["reconcile", "--format", "json"]);
    return { code, stderr, ...JSON.parse(stdout || "{}") };
  };
  const until = async (what: () => boolean) => {
    for (let i = 0; i < 400 && !what(); i++) await Bun.sleep(25);
    expect(what()).toBe(true);
  };
  const poststops = async (id: string) => {
    const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
    const runs: { stage: string; result: string }[] =
      stdout === ""
        ? []
        : stdout
            .trim()
            .split("\n")
            .flatMap((line) => JSON.parse(line));
    return runs.filter(({ stage }) => stage === "poststop").map(({ result }) => result);
  };
  /** Pids of the process `pid` and of those below it whose command line has the word. */
  const below = (pid: number, word: string): number[] => {
    const own = read(`/proc/${pid}/cmdline`)
      .split("\0")
      .some((one) => one.includes(word));
    const tasks = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
    const children = tasks.flatMap((task) =>
      read(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean),
    );
    return [...(own ? [pid] : []), ...children.flatMap((child) => below(Number(child), word))];
  };

  test.each(RUNTIMES)(
    "poststop undoes it on %s; while the container lives, reconcile does not",
    async (runtime) => {
      const id = `lives-${runtime}`;
      const bundle = bundleOf(id);
      const options = { via: via(runtime) };
      expect((await runRuntime(runtime, root.root, ["create", "--bundle", bundle, id], options)).code).toBe(
        0,
      );
      expect(existsSync(mark(id))).toBe(true);
      const { kept, undone: none } = await reconcile();
      expect([kept, none]).toEqual([
        [{ hook: "marking", container: id, bundle, pieces: 1, because: "lives" }],
        [],
      ]);
      expect(existsSync(mark(id))).toBe(true);
      await runRuntime(runtime, root.root, ["delete", "--force", id], options);
      expect([existsSync(mark(id)), undone(id), ledgers()]).toEqual([false, 1, []]);
      expect(await reconcile()).toMatchObject({ code: 0, undone: [], failed: [], kept: [] });
      rmSync(bundle, { recursive: true });
    },
  );

  test.each(
    RUNTIMES.flatMap((runtime) =>
      (["runtime", "guard", "hook", "all"] as const).map((who) => [runtime, who] as const),
    ),
  )("on %s: %s killed while the hook is at work", async (runtime, who) => {
    becomeSubreaper();
    const id = `killed-${who}-${runtime}`;
    const state = `${root.work}/state-${runtime}`;
    mkdirSync(state, { recursive: true });
    const words = [...via(runtime), "--root", state, "run", "--bundle", bundleOf(id, "30"), id];
    const child = Bun.spawn(runtime === "crun" ? await hidingHybrid(words) : words, {
      env: { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root },
      stdout: "ignore",
      stderr: "ignore",
    });
    known.add(child.pid);
    await until(() => existsSync(mark(id)));
    const pids = {
      runtime: [child.pid],
      guard: below(child.pid, "hookwright-guard"),
      hook: below(child.pid, "marking"),
    };
    expect(pids.hook.length).toBeGreaterThan(0);
    const groups = new Set(
      pids.hook.map((pid) => cgroupOf(pid)).filter((path) => path?.includes("/hookwright-")),
    );
    const victims = who === "all" ? Object.values(pids).flat() : pids[who];
    for (const pid of victims) if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
    await child.exited;
    // With guard and keeper dead at once nobody is left to remove it but a later reconcile.
    if (who !== "runtime") for (const group of groups) await until(() => removed(`${cgroupMount()}${group}`));
    known.delete(child.pid);
    let last = await reconcile();
    for (let i = 0; i < 100 && last.kept.length > 0; i++) {
      await Bun.sleep(50);
      last = await reconcile();
    }
    expect(last).toMatchObject({ code: 0, stderr: "", failed: [], kept: [] });
    expect([existsSync(mark(id)), undone(id), ledgers()]).toEqual([false, 1, []]);
    await runRuntime(runtime, root.root, ["delete", "--force", id], { via: via(runtime) });
    removeContainerGroups(id);
    rmSync(`${root.work}/${id}`, { recursive: true });
    expect([undone(id), (await poststops(id)).filter((result) => result !== "ok")]).toEqual([1, []]);
  });

  /** A container that was killed, and of which nobody hears again; its bundle is gone. */
  const abandoned = async (id: string) => {
    const bundle = bundleOf(id);
    const pidFile = `${root.work}/${id}.pid`;
    const done = await runRuntime(
      "runc",
      root.root,
      ["create", "--pid-file", pidFile, "--bundle", bundle, id],
      { via: via("runc") },
    );
    expect([done.code, done.stderr]).toEqual([0, ""]);
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    rmSync(bundle, { recursive: true });
    return Number(readFileSync(pidFile, "utf8"));
  };

  test("once, whoever comes first; by the plan under which it was done, which is kept until then", async () => {
    await abandoned("old");
    const plan = readdirSync(`${root.ledger}/${ledgers()[0]}`)[0]?.split(".")[1] ?? "";
    const age = () => {
      for (const name of readdirSync(root.plans).filter((name) => name.endsWith(".json")))
        utimesSync(`${root.plans}/${name}`, 1, 1);
    };
    for (const timeout of [4, 5, 6]) {
      await applyPlan(root.root, {
        marking: { ...definition, hook: { ...(definition as { hook: object }).hook, timeout } },
      });
      age();
    }
    await applyPlan(root.root, {});
    expect(existsSync(`${root.plans}/${plan}.json`)).toBe(true);
    const [a, b] = await Promise.all([reconcile(), reconcile()]);
    expect([a.code, b.code, undone("old"), existsSync(mark("old")), ledgers()]).toEqual([0, 0, 1, false, []]);
    await applyPlan(root.root, {});
    expect(existsSync(`${root.plans}/${plan}.json`)).toBe(false);
    expect(await poststops("old")).toContain("ok");
  });

  test("what cannot be undone is told, stays, and is undone when it can be", async () => {
    await abandoned("stuck");
    rmSync(mark("stuck"));
    mkdirSync(mark("stuck"));
    const first = await reconcile();
    expect(first).toMatchObject({
      code: 1,
      undone: [],
      failed: [{ container: "stuck", hook: "marking", pieces: 1 }],
    });
    expect(first.failed[0].message).toContain("is a directory");
    expect(await poststops("stuck")).toEqual(["fail"]);
    rmSync(mark("stuck"), { recursive: true });
    expect(await reconcile()).toMatchObject({ code: 0, undone: [{ container: "stuck" }], failed: [] });
    expect(ledgers()).toEqual([]);
  });
});

/** Takes away a cgroup that nobody is in any more. */
function removed(group: string): boolean {
  try {
    rmdirSync(group);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  return true;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
