/**
 * containerd of two Debian releases, through `ctr` and through CRI: containers' lives as without us, what only hooks bring,
 * fifty containers, the daemon killed while one runs, and its configuration as it was.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Subprocess } from "bun";
import {
  containerdFile,
  containerdSocket,
  IMAGE,
  startContainerd,
  writeContainerdConfig,
} from "../../support/containerd.ts";
import { Cri, type Pod } from "../../support/cri.ts";
import { EVERY, programsOf, type Release } from "../../support/engine-programs.ts";
import { EngineWorld } from "../../support/engines.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { runtimePath } from "../../support/runtime.ts";
import { CtrClient, liveCri, liveCtr } from "./containerd-life.ts";
import { done } from "./done.ts";
import { applyEnginePlan, EDITED, EDITS_ARRIVED, FAILS, HANGS, Records } from "./plan.ts";

interface Row {
  readonly version: string;
  readonly release: Release;
  readonly schema: 2 | 3;
  readonly devices: boolean;
}

const IN_CI: Row[] = [
  { version: "1.6", release: "bookworm", schema: 2, devices: false },
  { version: "1.7", release: "trixie", schema: 2, devices: true },
];
const OUTSIDE_CI: Row[] = [{ version: "2.1", release: "unstable", schema: 3, devices: true }];
const OUTSIDE = "before:createRuntime outside:createRuntime outside:createContainer outside:poststart";
const WHOLE = `${OUTSIDE} inside:startContainer outside:poststop`;
const ready = built("hookwright", "hookwright-host", "hookwright-runc");

for (const { version, release, schema, devices } of EVERY ? [...IN_CI, ...OUTSIDE_CI] : IN_CI)
  describe.skipIf(!ready || programsOf(release) === undefined)(`containerd ${version}`, () => {
    let root: TempRoot;
    let world: EngineWorld;
    let daemon: Subprocess;
    let records: Records;
    let before: string;
    let cri: Cri;
    const ctr = (wrapped = true): CtrClient =>
      new CtrClient(world, root, wrapped ? program("hookwright-runc") : runtimePath("runc"));

    beforeAll(async () => {
      root = tempRoot();
      world = await EngineWorld.begin(root, { programs: programsOf(release) ?? "" });
      writeContainerdConfig(root, schema);
      before = readFileSync(containerdFile(root), "utf8");
      await applyEnginePlan(root);
      await done(world.hookwright("engine", "enable", "containerd"));
      daemon = await startContainerd(world, root);
      cri = new Cri(containerdSocket(root), IMAGE);
      records = new Records(root.events);
    });
    afterAll(async () => {
      for (const pod of [...cri.pods]) await cri.removePod(pod);
      await world.end();
      root.remove();
    });

    test("engine verify shows a container's hooks", async () => {
      await done(world.hookwright("engine", "verify", "containerd"));
      expect(await records.byContainer()).toEqual([WHOLE]);
    });

    test("ctr: a container's life is the same as without us", async () => {
      const without = await liveCtr(ctr(false));
      expect(await records.byContainer()).toEqual([]);
      expect(await liveCtr(ctr())).toEqual(without);
      const [first, missing, life] = await records.byContainer();
      expect([first, life]).toEqual([WHOLE, WHOLE]);
      expect(missing).toEndWith("outside:poststop");
    });

    test("ctr: one that fails stops the container, one that hangs is cut, edits arrive", async () => {
      const failed = await ctr().run("fails", [FAILS]);
      expect([failed.code, failed.stderr]).toEqual([
        1,
        expect.stringContaining("hookwright: hook fails at createRuntime"),
      ]);
      await records.next();
      const hung = await ctr().run("hangs", [HANGS]);
      expect(hung.code).toBe(1);
      expect((await records.next()).find(({ hook }) => hook.name === "hangs")).toMatchObject({
        result: "timeout",
      });
      expect((await ctr().run("edits", EDITED)).stdout).toBe(`${EDITS_ARRIVED}no mkdir\n`);
      await records.next();
    });

    test("ctr: the daemon is killed while a container runs, and started again", async () => {
      await done(ctr().start("kept", ["/bin/sleep", "1000"]));
      await world.kill(daemon.pid);
      daemon = await startContainerd(world, root);
      await ctr().remove("kept");
      expect(await records.byContainer()).toEqual([WHOLE]);
    });

    if (EVERY || version === "1.7")
      test("ctr: fifty containers, ten at a time", async () => {
        const five = async (worker: number) => {
          for (let turn = 0; turn < 5; turn++) await done(ctr().run(`many-${worker}-${turn}`, ["/bin/true"]));
        };
        await Promise.all(Array.from({ length: 10 }, (_, worker) => five(worker)));
        expect(await records.byContainer(undefined, 15_000)).toEqual(Array(50).fill(WHOLE));
      }, 300_000);

    describe("CRI", () => {
      let pod: Pod;
      /** What ran of one container; not of its sandbox. */
      const ran = async (id: string) => (await records.byContainer(id))[0];

      beforeAll(async () => {
        pod = await cri.runPod({ name: "hooked", namespace: "default", handler: "hookwright" });
      });

      test("a container's life is the same as without us", async () => {
        const plain = await cri.runPod({ name: "plain", namespace: "default" });
        const without = await liveCri(cri, plain);
        await cri.removePod(plain);
        await records.next();
        const lived = await liveCri(cri, pod);
        expect(lived.said).toEqual(without.said);
        expect(await ran(lived.id)).toBe(WHOLE);
      });

      test("one that fails stops the container, one that hangs is cut, edits arrive", async () => {
        const failed = await cri.runContainer(pod, "fails", [FAILS]).catch((error) => error.message);
        expect(failed).toContain("hookwright: hook fails at createRuntime");
        await expect(cri.runContainer(pod, "hangs", [HANGS])).rejects.toThrow("ran past its limit of 1 s");
        const id = await cri.runContainer(pod, "edits", [EDITED[0] ?? "", "/bin/sleep", "1000"]);
        const { stdout } = await cri.tryExec(id, EDITED.slice(1));
        expect(stdout).toEndWith("mounted\n  \\0\nno mkdir\n");
        await cri.removeContainer(id);
      });

      test.skipIf(!devices)("a device brings its hooks to a container of another handler", async () => {
        const plain = await cri.runPod({ name: "devices", namespace: "default" });
        await records.next();
        const asked = ["before", "outside"].map((name) => `hookwright.dev/hook=${name}`);
        const id = await cri.runContainer(plain, "asks", ["/bin/sleep", "1000"], asked);
        await cri.removeContainer(id);
        expect(await ran(id)).toBe(`${OUTSIDE} outside:poststop`);
        await cri.removePod(plain);
      });

      if (EVERY || version === "1.7")
        test("fifty containers, ten at a time", async () => {
          await records.next();
          const five = async (worker: number) => {
            for (let turn = 0; turn < 5; turn++)
              await cri.removeContainer(
                await cri.runContainer(pod, `many-${worker}-${turn}`, ["/bin/sleep", "1000"]),
              );
          };
          await Promise.all(Array.from({ length: 10 }, (_, worker) => five(worker)));
          expect(await records.byContainer(undefined, 15_000)).toEqual(Array(50).fill(WHOLE));
        }, 300_000);

      test("the daemon is killed while a container runs, and started again", async () => {
        const id = await cri.runContainer(pod, "kept", ["/bin/sleep", "1000"]);
        await world.kill(daemon.pid);
        daemon = await startContainerd(world, root);
        expect(await cri.status(id)).toMatchObject({ state: 1 });
        await cri.removeContainer(id);
        expect(await ran(id)).toBe(WHOLE);
        await cri.removePod(pod);
      });
    });

    test("the configuration comes back", async () => {
      await done(world.hookwright("engine", "disable", "containerd"));
      expect(readFileSync(containerdFile(root), "utf8")).toBe(before);
    });
  });
