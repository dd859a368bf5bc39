/** The plan in the words of hooks.d and CDI, and what the wrapper makes of entries that came that way. */

import { expect, test } from "bun:test";
import type { Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { type InjectContext, injectPlan } from "./inject.ts";
import { cdiSpec, hooksFiles } from "./made-beforehand.ts";
import { ownEntry } from "./own-entry.ts";

const hex = (digit: string) => digit.repeat(64);
const place = { storeDir: "/store", root: "/", plan: hex("a") };
const context: InjectContext = {
  ...place,
  runtimeName: "runc",
  spoolHostDir: "/spool/0",
  spoolKey: () => hex("e"),
};

function planned(name: string, more: Partial<PlannedDefinition>): PlannedDefinition {
  return {
    name,
    file: `/${name}.json`,
    position: "append",
    onFailure: "stop",
    when: { always: true },
    stages: ["createRuntime"],
    timeout: 10,
    entry: hex("1"),
    hook: hex("2"),
    ...more,
  };
}

function planOf(...definitions: PlannedDefinition[]): Plan {
  return { version: 1, generation: 1, created: "2026-11-24T00:00:00Z", guard: hex("9"), definitions };
}

const any = (source: string) => ({ matcher: { kind: "any" as const }, source });

test("hooks.d: a file for each stage, the guard with an environment, the conditions as they were written", () => {
  const pair = { key: { kind: "any" as const }, value: { kind: "any" as const } };
  const when = {
    annotations: [{ ...pair, source: ["^a$", "b"] as [string, string] }],
    commands: [any("/sh$")],
  };
  const { files, leftOut } = hooksFiles(
    planOf(planned("x", { when, stages: ["prestart", "poststop"] })),
    place,
  );
  expect(leftOut).toEqual([]);
  expect([...files.keys()]).toEqual([
    `0-${"1".repeat(16)}-createRuntime.json`,
    `0-${"1".repeat(16)}-poststop.json`,
  ]);
  expect([...files.values()][0]).toEqual({
    version: "1.0.0",
    hook: {
      path: `/store/${hex("9")}`,
      args: ["hookwright-guard", `/store/${hex("1")}`, "createRuntime", hex("a"), "", "hooks.d"],
      env: ["HOOKWRIGHT_ROOT=/"],
      timeout: 15,
    },
    when: { annotations: { "^a$": "b" }, commands: ["/sh$"] },
    stages: ["createRuntime"],
  });
});

test("hooks.d: value patterns of 0.1.0 become one pattern, and the order of definitions that of files", () => {
  const old = planned("old", { when: { anyOf: true, annotationValues: [any("a|b"), any("c")] } });
  const others = Array.from({ length: 10 }, (_, at) => planned(`d${at}`, { entry: hex("3") }));
  const { files } = hooksFiles(planOf(...others, old), place);
  const names = [...files.keys()];
  expect(names.toSorted()).toEqual(names);
  expect([...files.values()].at(-1)).toMatchObject({ when: { annotations: { ".*": "(?:a|b)|(?:c)" } } });
});

test.each([
  ["edits", { edits: { env: ["X=1"] } }, "wrapper only"],
  ["namespaces", { when: { always: true, namespaces: ["a"] } }, "namespaces"],
  ["images", { when: { always: true, images: [{ digest: "sha256:a", source: "sha256:a" }] } }, "images"],
  ["sandboxes", { when: { sandbox: true as const } }, "sandbox"],
  [
    "any of two",
    { when: { anyOf: true, commands: [any("a")], annotationValues: [any("b")] } },
    "one of several",
  ],
  ["startContainer", { stages: ["startContainer" as const] }, "startContainer"],
  ["prepend", { position: "prepend" as const }, "before all others"],
])("hooks.d leaves out %s as a whole, and says why", (_, more, why) => {
  const { files, leftOut } = hooksFiles(planOf(planned("x", more)), place);
  expect(files.size).toBe(0);
  expect(leftOut[0]?.why).toContain(why);
});

test("CDI: hooks and edits of a definition are one device", () => {
  const edits = { env: ["X=1"], mounts: [{ hostPath: "/a", containerPath: "/b", options: ["rbind"] }] };
  const { spec } = cdiSpec(planOf(planned("x", { edits })), place);
  expect(spec).toMatchObject({
    cdiVersion: "0.3.0",
    kind: "hookwright.dev/hook",
    devices: [
      {
        name: "x",
        containerEdits: { ...edits, hooks: [{ hookName: "createRuntime", env: ["HOOKWRIGHT_ROOT=/"] }] },
      },
    ],
  });
  const { spec: none, leftOut } = cdiSpec(
    planOf(planned("a b", {}), planned("s", { edits: { removeEnv: ["X"] } })),
    place,
  );
  expect(none).toBeUndefined();
  expect(leftOut.map(({ why }) => why)).toEqual(["its name is none for a device", "CDI has no removeEnv"]);
});

test.each([
  [planned("1st", {}), "0.5.0"],
  [planned("x", { edits: { additionalGids: [5] } }), "0.7.0"],
  [planned("x", { edits: { mounts: [{ hostPath: "/a", containerPath: "/b", type: "tmpfs" }] } }), "0.4.0"],
])("CDI: the lowest version that has what is used", (definition, version) => {
  expect(cdiSpec(planOf(definition), place).spec).toMatchObject({ cdiVersion: version });
});

/** The hook entry of a device. */
function deviceHook(plan: Plan): OciHook {
  const spec = cdiSpec(plan, place).spec as {
    devices: { containerEdits: { hooks: (OciHook & { hookName?: string })[] } }[];
  };
  const { hookName: _, ...hook } = spec.devices[0]?.containerEdits.hooks[0] ?? { path: "" };
  return hook;
}

test("the wrapper puts its own entry in the place of one that came another way, and a second time changes nothing", () => {
  const plan = planOf(planned("x", {}));
  const config: RuntimeConfig = {
    process: { args: ["/bin/sh"] },
    hooks: { createRuntime: [{ path: "/f" }, deviceHook(plan)] },
  };
  injectPlan(config, plan, context);
  const hooks = config.hooks?.createRuntime ?? [];
  expect(hooks).toHaveLength(2);
  expect(ownEntry(hooks[1] ?? { path: "" }, "/")?.via).toBeUndefined();
  expect(injectPlan(config, plan, context).changed).toEqual([]);
});

test("the wrapper leaves a device's entry alone that no definition asks for", () => {
  const plan = planOf(planned("x", { when: {} }), planned("y", { entry: hex("5") }));
  const config: RuntimeConfig = {
    process: { args: ["/bin/sh"] },
    hooks: { createRuntime: [deviceHook(plan)] },
  };
  injectPlan(config, plan, context);
  expect(config.hooks?.createRuntime?.map((hook) => ownEntry(hook, "/")?.via)).toEqual(["cdi", undefined]);
  expect(injectPlan(config, plan, context).changed).toEqual([]);
});
