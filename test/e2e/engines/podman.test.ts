/** Podman with several ways in at once: what is chosen by annotation, which way has the hook when two bring it, which files go. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeRootfs } from "../../support/bundle.ts";
import { EngineWorld, installed, preparePodman } from "../../support/engines.ts";
import { applyPlan, hookScript } from "../../support/plan.ts";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { done } from "./done.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc");

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

/** A definition whose hook notes its stage; it fails when the file `fail` is there. */
function definition(when: object, stages = ["createRuntime", "poststop"]): object {
  const body = `cat >/dev/null; if [ -e ${root.work}/fail ]; then echo the hook says no >&2; exit 3; fi; exit 0`;
  const path = hookScript(root.root, "note", body);
  return { version: "1.0.0", hook: { path, timeout: 5 }, when, stages, guard: { interpreter: "pin" } };
}

interface Ran {
  stage: string;
  result: string;
  hook: { name: string };
  container: { id: string };
}

function events(): Ran[] {
  if (!existsSync(root.events)) return [];
  const lines = readFileSync(root.events, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "end");
}

function stages(): string[] {
  return events().map(({ hook, stage, result }) => `${hook.name} ${stage} ${result}`);
}

describe.skipIf(!ready || !installed("podman", "conmon"))("Podman", () => {
  const podman = (...args: string[]) => world.run(["podman", "run", "--rm", "--network", "none", ...args]);
  const rootfs = () => ["--rootfs", makeRootfs(`${root.work}/image`), "/bin/true"];

  test("hooks.d files: a hook fires, its failure is in Podman's message, stale files go", async () => {
    preparePodman(root);
    await applyPlan(root.root, {
      note: definition({ annotations: { "^hooked$": "^yes$" } }),
      edits: { version: "1.0.0", when: { always: true }, edits: { env: ["X=1"] } },
    });
    const enabled = await world.hookwright("engine", "enable", "podman");
    await done(Promise.resolve(enabled));
    expect(enabled.stderr).toContain("note: no hooks.d file of edits: edits are made by the wrapper only");
    await done(podman("--annotation", "hooked=yes", ...rootfs()));
    expect(stages()).toEqual(["note createRuntime ok", "note poststop ok"]);
    await done(podman(...rootfs()));
    expect(events()).toHaveLength(2);

    writeFileSync(`${root.work}/fail`, "");
    const failed = await podman("--annotation", "hooked=yes", ...rootfs());
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain("the hook says no");

    const hooks = `${root.state}/hooks.d`;
    expect(readdirSync(hooks)).toHaveLength(2);
    await applyPlan(root.root, {
      note: { version: "1.0.0", when: { always: true }, edits: { env: ["X=1"] } },
    });
    expect(readdirSync(hooks)).toEqual([]);
    await done(world.hookwright("engine", "disable", "podman"));
    expect(readdirSync(`${root.root}/etc/containers/containers.conf.d`)).toEqual([]);
  }, 120_000);

  test("the wrapper, hooks.d and a device at once: the hook runs once at each stage", async () => {
    preparePodman(root);
    await applyPlan(root.root, { note: definition({ always: true }) });
    await done(world.hookwright("engine", "enable", "podman"));
    await done(podman("--runtime", "hookwright", ...rootfs()));
    expect(stages()).toEqual(["note createRuntime ok", "note poststop ok"]);
    await done(podman("--device", "hookwright.dev/hook=note", ...rootfs()));
    expect(stages().slice(2)).toEqual(["note createRuntime ok", "note poststop ok"]);
    await done(podman("--runtime", "hookwright", "--device", "hookwright.dev/hook=note", ...rootfs()));
    expect(stages().slice(4)).toEqual(["note createRuntime ok", "note poststop ok"]);
    const verified = JSON.parse(
      await done(world.hookwright("engine", "verify", "podman", "--format", "json")),
    );
    expect(verified.events).toHaveLength(2);
  }, 120_000);

  test("a device brings a hook to a container that no definition matches, also under the wrapper", async () => {
    preparePodman(root);
    await applyPlan(root.root, { note: definition({ commands: ["^/never$"] }) });
    const others = `${root.root}/etc/cdi/vendor.json`;
    writeFileSync(others, '{"cdiVersion": "0.3.0", "kind": "vendor.com/net", "devices": []}');
    await done(world.hookwright("engine", "enable", "podman"));
    const device = ["--device", "hookwright.dev/hook=note"];
    await done(podman(...device, ...rootfs()));
    await done(podman("--runtime", "hookwright", ...device, ...rootfs()));
    expect(stages()).toEqual([1, 2].flatMap(() => ["note createRuntime ok", "note poststop ok"]));
    await done(world.hookwright("engine", "disable", "podman"));
    expect(readdirSync(`${root.root}/etc/cdi`)).toEqual(["vendor.json"]);
  }, 120_000);
});
