/**
 * A hook of hooks.d that runs at poststop alone: Podman keeps it with the container and runs it at the end, by when two more
 * plans have been in force and what is old has been collected.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { makeRootfs } from "../support/bundle.ts";
import { EngineWorld, installed, preparePodman } from "../support/engines.ts";
import { applyPlan, hookScript } from "../support/plan.ts";
import { built } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc") && installed("podman", "conmon");

let root: TempRoot;
let world: EngineWorld;
beforeEach(async () => {
  root = tempRoot();
  world = await EngineWorld.begin(root);
});
afterEach(async () => {
  await world.end();
  root.remove();
});

async function done(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(command);
  expect(`${command.join(" ")}: ${code}: ${code === 0 ? "" : stderr}`).toBe(`${command.join(" ")}: 0: `);
  return stdout.trim();
}

function definition(stages: string[], word: string): object {
  const path = hookScript(root.root, "note", "exit 0");
  return {
    version: "1.0.0",
    hook: { path, args: ["note", word] },
    when: { always: true },
    stages,
    guard: { interpreter: "pin" },
  };
}

/** An hour passes for all plans. */
function age(): void {
  const then = new Date(Date.now() - 3_600_000);
  for (const name of readdirSync(root.plans).filter((one) => one.endsWith(".json")))
    utimesSync(`${root.plans}/${name}`, then, then);
}

describe.skipIf(!ready)("Podman", () => {
  test("runs the last hook of a container whose plan is long out of force", async () => {
    preparePodman(root);
    await applyPlan(root.root, { note: definition(["poststop"], "first") });
    expect((await world.hookwright("engine", "enable", "podman")).code).toBe(0);
    const rootfs = ["--rootfs", makeRootfs(`${root.work}/image`)];
    const id = await done("podman", "run", "--detach", "--network", "none", ...rootfs, "/bin/sleep", "600");
    for (const word of ["second", "third", "fourth"]) {
      await applyPlan(root.root, { note: definition(["createRuntime"], word) });
      age();
    }
    await done("podman", "stop", "--time", "0", id);
    await done("podman", "rm", "--force", id);
    const log = existsSync(root.events) ? readFileSync(root.events, "utf8").trim().split("\n") : [];
    const ends = log.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "end");
    expect(ends.map(({ stage, result }) => `${stage} ${result}`)).toEqual(["poststop ok"]);
  }, 120_000);
});
