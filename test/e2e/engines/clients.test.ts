/**
 * Docker and Podman of two Debian releases, one scenario for each way in: a container's life as it was without us, and what only
 * hooks bring; fifty containers; what keeps one killed while it runs; and everything taken away again.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { EVERY, programsOf } from "../../support/engine-programs.ts";
import { EngineWorld } from "../../support/engines.ts";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { removeContainerGroups } from "../../support/runtime.ts";
import { done } from "./done.ts";
import { live } from "./life.ts";
import { applyEnginePlan, EDITED, EDITS_ARRIVED, FAILS, HANGS, Records } from "./plan.ts";
import { type Engine, engineOf, IMAGE, ROWS, type Way } from "./rows.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc", "hookwright-crun");
/** The definitions for all containers, where they have to be asked for. */
const ALWAYS = ["before", "outside"];
const LONG = 300_000;

for (const row of ROWS) {
  const title = `${row.engine} ${row.version}, ${row.runtime}`;
  describe.skipIf(!ready || programsOf(row.release) === undefined)(title, () => {
    let root: TempRoot;
    let world: EngineWorld;
    let engine: Engine;
    let records: Records;
    let before: string;
    let without: string[];

    beforeAll(async () => {
      root = tempRoot();
      const programs = programsOf(row.release) ?? "";
      world = await EngineWorld.begin(root, { programs, runtime: row.runtime });
      engine = engineOf(row, world, root);
      await engine.prepare();
      before = readFileSync(engine.file, "utf8");
      without = await live(engine.client, IMAGE, [], `${root.work}/build`);
      await applyEnginePlan(root);
      records = new Records(root.events);
    }, LONG);
    afterAll(async () => {
      await world.end();
      root.remove();
    });

    describe.each(row.ways)("%s", (way: Way) => {
      const wrapped = way === "wrapper";
      const STARTED = "before:createRuntime outside:createRuntime outside:createContainer outside:poststart";
      // What the wrapper only can bring is recorded when the container has stopped.
      const WHOLE = `${STARTED}${wrapped ? " inside:startContainer" : ""} outside:poststop`;
      const run = (command: string[], ...definitions: string[]) => {
        const flags = ["--rm", "--network", "none", ...engine.ask(way, definitions)];
        return engine.client("run", ...flags, IMAGE, ...command);
      };

      beforeAll(async () => {
        await done(world.hookwright("engine", "enable", row.engine, ...(wrapped ? ["--default"] : [])));
        await engine.reread(way);
      });

      test(
        "a container's life is the same as without us, and has its hooks at each start",
        async () => {
          const lived = await live(engine.client, IMAGE, engine.ask(way, ALWAYS), `${root.work}/build`);
          expect(lived).toEqual(without);
          const ran = await records.byContainer();
          expect(ran[0]).toBe(WHOLE);
          expect(ran).toContain([WHOLE, WHOLE, WHOLE].join(" "));
        },
        LONG,
      );

      test("engine verify shows a container's hooks", async () => {
        const said = await done(world.hookwright("engine", "verify", row.engine, "--format", "json"));
        expect(JSON.parse(said).events.length).toBeGreaterThan(3);
        expect(await records.byContainer()).toHaveLength(1);
      });

      test("a hook of every stage runs once, in order", async () => {
        await done(run(["/bin/sleep", "0.3"], ...ALWAYS));
        expect(await records.byContainer()).toEqual([WHOLE]);
      });

      test("a hook that fails stops the container, and the engine's message says so", async () => {
        const { code, stderr } = await run([FAILS], "fails");
        expect(code).toBeOneOf([125, 126, 127]);
        // crun keeps to itself what a hook has to say.
        expect(stderr).toContain(
          row.runtime === "runc" ? "hookwright: hook fails at createRuntime" : "exit code: 3",
        );
        expect((await records.byContainer())[0]).toContain("fails:createRuntime:fail");
      });

      test("a hook that hangs is cut, and stops the container", async () => {
        const { code } = await run([HANGS], "hangs");
        expect(code).toBeOneOf([125, 126, 127]);
        const hung = (await records.next()).find(({ hook }) => hook.name === "hangs");
        expect(hung).toMatchObject({ result: "timeout" });
        expect(hung?.dur_ms).toBeWithin(1000, 2500);
      });

      test("edits arrive", async () => {
        const { stdout } = await run(EDITED, "edits");
        expect(stdout).toBe(`${EDITS_ARRIVED}${wrapped ? "no mkdir\n" : ""}`);
        await records.next();
      });

      if (EVERY || row.many === way)
        test(
          "fifty containers, ten at a time",
          async () => {
            const five = async () => {
              for (let turn = 0; turn < 5; turn++) await done(run(["/bin/sleep", "0.3"], ...ALWAYS));
            };
            await Promise.all(Array.from({ length: 10 }, five));
            expect(await records.byContainer(undefined, 15_000)).toEqual(Array(50).fill(WHOLE));
          },
          LONG,
        );

      // Podman 5.4 does not get rid of such a container at all here: its init has no parent that would wait for it.
      if (row.version !== "5.4")
        test("what keeps a container is killed: its poststop hooks run once, or not at all under Podman", async () => {
          const flags = ["--detach", "--name", "kept", "--network", "none", ...engine.ask(way, ALWAYS)];
          await done(engine.client("run", ...flags, IMAGE, "/bin/sleep", "1000"));
          const id = await done(engine.client("inspect", "--format", "{{.Id}}", "kept"));
          await engine.crash("kept");
          await done(engine.client("rm", "--force", "kept"));
          // Podman deletes no container at its runtime whose conmon is gone, and runs no poststop hook of its own for it.
          rmSync(`/run/${row.runtime}/${id.trim()}`, { recursive: true, force: true });
          for (const kind of ["", "conmon-"])
            removeContainerGroups(`libpod_parent/libpod-${kind}${id.trim()}`);
          const whole = row.engine === "podman" ? STARTED : WHOLE;
          expect(await records.byContainer()).toEqual([whole]);
        });
    });

    test("it is taken away again", async () => {
      await done(world.hookwright("engine", "disable", row.engine));
      expect(readFileSync(engine.file, "utf8")).toBe(before);
    });
  });
}
