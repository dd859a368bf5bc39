/**
 * Runtimes that have no name among ours: a link `hookwright-NAME` is the wrapper of NAME. Outside CI gVisor's runsc, which runs the hooks of createRuntime, poststart and poststop, and passes over those
 * of createContainer and startContainer without a word.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { makeBundle } from "../../support/bundle.ts";
import { EVERY, programsOf } from "../../support/engine-programs.ts";
import { built, program } from "../../support/programs.ts";
import { tempRoot } from "../../support/root.ts";
import { hidingHybrid, type Outcome, run, runtimePath } from "../../support/runtime.ts";
import { applyEnginePlan, Records } from "./plan.ts";

const programs = programsOf("unstable") ?? "";

describe.skipIf(!built("hookwright", "hookwright-host"))("hookwright-NAME", () => {
  const root = tempRoot();
  afterAll(() => root.remove());

  /** Runs `echo` by the wrapper of a runtime, which is looked for in `path`. */
  async function runBy(runtime: string, path: string, flags: string[]): Promise<Outcome> {
    const wrapper = `${root.work}/hookwright-${runtime}`;
    symlinkSync(program("hookwright-host"), wrapper);
    const bundle = makeBundle(`${root.work}/${runtime}`, { args: ["/bin/echo", "from", runtime] });
    const command = [wrapper, "--root", `${root.work}/state`, ...flags, "run", "--bundle", bundle, runtime];
    const env = { PATH: `${path}:${process.env.PATH}`, HOOKWRIGHT_ROOT: root.root };
    return run(await hidingHybrid(command), { env, limit: 60_000 });
  }

  test("any runtime on PATH", async () => {
    await applyEnginePlan(root);
    mkdirSync(`${root.work}/bin`);
    copyFileSync(runtimePath("runc"), `${root.work}/bin/other`);
    expect(await runBy("other", `${root.work}/bin`, [])).toMatchObject({ code: 0, stdout: "from other\n" });
    const [ran] = await new Records(root.events).byContainer();
    expect(ran).toEndWith("inside:startContainer outside:poststop");
    expect(await runBy("absent", "/nowhere", [])).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('"absent" is in no directory of PATH'),
    });
  });

  test.skipIf(!EVERY || !existsSync(`${programs}/runsc`))("gVisor", async () => {
    const records = new Records(root.events);
    await records.next();
    const { code, stdout, stderr } = await runBy("runsc", programs, ["--platform=ptrace", "--network=none"]);
    expect([code, stdout, stderr]).toEqual([0, "from runsc\n", ""]);
    expect(await records.byContainer()).toEqual([
      "before:createRuntime outside:createRuntime outside:poststart outside:poststop",
    ]);
  });
});
