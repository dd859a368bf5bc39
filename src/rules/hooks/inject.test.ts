/** Injection: the entries that are written, order and place (notes/hooks.d/injection.md), mounts, and its properties. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Edits } from "../../spec/definition.ts";
import type { CompiledWhen, Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook, RuntimeConfig } from "../../spec/runtime-config.ts";
import { RUNTIME_STAGES, STAGES, type Stage } from "../../spec/stage.ts";
import { explainPlan, orderOf } from "./explain.ts";
import { findFeedback } from "./feedback.ts";
import { type InjectContext, injectPlan } from "./inject.ts";
import { ownEntry } from "./own-entry.ts";
import { removeInjection } from "./remove.ts";

const hex = (digit: string) => digit.repeat(64);
const GUARD = hex("9");
const KEY = hex("e");
let keys = 0;
const context = (plan = hex("a")): InjectContext => ({
  root: "/",
  storeDir: "/var/lib/hookwright/store",
  plan,
  runtimeName: "runc",
  spoolHostDir: "/run/hookwright/spool/0123",
  spoolKey: () => {
    keys++;
    return KEY;
  },
});

function define(name: string, stages: Stage[], more: Partial<PlannedDefinition> = {}): PlannedDefinition {
  const entry = Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64);
  return {
    name,
    file: `/etc/hookwright/hooks.d/${name}`,
    when: { always: true },
    stages,
    position: "append",
    onFailure: "stop",
    timeout: 10,
    entry,
    hook: hex("7"),
    ...more,
  };
}

function planOf(...definitions: PlannedDefinition[]): Plan {
  return { version: 1, generation: 1, created: "2026-11-23T00:00:00Z", guard: GUARD, definitions };
}

const foreign = (name: string): OciHook => ({ path: `/usr/bin/${name}` });

function order(config: RuntimeConfig, plan: Plan): { [stage: string]: string[] } {
  const stages = orderOf(config, plan.definitions, "/");
  return Object.fromEntries(
    stages.map(({ stage, hooks }) => [stage, hooks.map(({ name }) => name.replace("/usr/bin/", ""))]),
  );
}

describe("entries", () => {
  test("on the host: the guard of the store, argv in full, an environment that is never empty, a backstop", () => {
    const config: RuntimeConfig = {};
    const definition = define("net", ["createRuntime"]);
    const { added, changed, spool } = injectPlan(config, planOf(definition), context());
    expect(config).toEqual({
      hooks: {
        createRuntime: [
          {
            path: `/var/lib/hookwright/store/${GUARD}`,
            args: [
              "hookwright-guard",
              `/var/lib/hookwright/store/${definition.entry}`,
              "createRuntime",
              hex("a"),
              "runc",
            ],
            env: ["HOOKWRIGHT_ROOT=/"],
            timeout: 15,
          },
        ],
      },
    });
    expect(added).toEqual({ createRuntime: ["net"] });
    expect(changed).toEqual(["hooks"]);
    expect(spool).toBeUndefined();
  });

  test("in the container: the same files read-only in one directory, the spool, and its collector first at poststop", () => {
    const config: RuntimeConfig = {
      mounts: [{ destination: "/dev", type: "tmpfs" }],
      hooks: { poststop: [foreign("f")] },
    };
    const definition = define("in", ["startContainer", "poststop"], { interpreter: hex("6") });
    const { spool } = injectPlan(config, planOf(definition), context());
    const ro = ["bind", "ro", "nosuid", "nodev"];
    expect(config.mounts).toEqual([
      { destination: "/dev", type: "tmpfs" },
      ...[GUARD, definition.entry ?? "", hex("7"), hex("6")].map((digest) => ({
        destination: `/dev/hookwright/${digest}`,
        type: "bind",
        source: `/var/lib/hookwright/store/${digest}`,
        options: ro,
      })),
      {
        destination: "/dev/hookwright/spool",
        type: "bind",
        source: "/run/hookwright/spool/0123/events",
        options: ["bind", "rw", "nosuid", "nodev", "noexec"],
      },
    ]);
    expect(config.hooks?.startContainer).toEqual([
      {
        path: `/dev/hookwright/${GUARD}`,
        args: ["hookwright-guard", `/dev/hookwright/${definition.entry}`, "startContainer", hex("a"), "runc"],
        env: ["HOOKWRIGHT_ROOT=/", "HOOKWRIGHT_SPOOL=/dev/hookwright/spool", `HOOKWRIGHT_KEY=${KEY}`],
        timeout: 15,
      },
    ]);
    expect(order(config, planOf(definition)).poststop).toEqual(["collect", "f", "in"]);
    expect(config.hooks?.poststop?.[0]).toEqual({
      path: `/var/lib/hookwright/store/${GUARD}`,
      args: ["hookwright-guard", "collect", "/run/hookwright/spool/0123", hex("a")],
      env: ["HOOKWRIGHT_ROOT=/", `HOOKWRIGHT_KEY=${KEY}`],
      timeout: 10,
    });
    expect(spool).toEqual({ hostDir: "/run/hookwright/spool/0123", path: "/dev/hookwright/spool", key: KEY });
  });

  test.each<[string, RuntimeConfig["mounts"], string]>([
    ["/dev is a tmpfs", [{ destination: "/dev/", type: "tmpfs" }], "/dev/hookwright"],
    [
      "/dev is the host's",
      [
        { destination: "/dev", type: "tmpfs" },
        { destination: "/dev", type: "bind" },
      ],
      "/.hookwright",
    ],
    ["/run is a tmpfs", [{ destination: "/run", type: "tmpfs" }], "/run/hookwright"],
    ["neither", null, "/.hookwright"],
  ])("directory in the container: %s", (_, mounts, directory) => {
    const config: RuntimeConfig = { mounts: mounts ?? null };
    expect(injectPlan(config, planOf(define("in", ["startContainer"])), context()).spool?.path).toBe(
      `${directory}/spool`,
    );
  });
});

describe("order and place", () => {
  test("in the plan's order, after what is there; with prepend before it, still in order", () => {
    const prepend = { position: "prepend" as const };
    const plan = planOf(
      define("1", ["poststart"]),
      define("2", ["poststart"], prepend),
      define("3", ["poststart"]),
      define("4", ["poststart"], prepend),
    );
    const config: RuntimeConfig = { hooks: { poststart: [foreign("f"), foreign("g")] } };
    injectPlan(config, plan, context());
    expect(order(config, plan)).toEqual({ poststart: ["2", "4", "f", "g", "1", "3"] });
  });

  test("prestart is injected as createRuntime, and stages are not made unique", () => {
    const plan = planOf(
      define("a", ["prestart", "createRuntime"]),
      define("b", ["createRuntime", "createRuntime"]),
    );
    const config: RuntimeConfig = { hooks: { prestart: [foreign("f")] } };
    injectPlan(config, plan, context());
    expect(order(config, plan)).toEqual({ prestart: ["f"], createRuntime: ["a", "a", "b", "b"] });
    expect(config.hooks?.createRuntime?.[0]?.args?.[2]).toBe("createRuntime");
  });

  test.each<[string, RuntimeConfig]>([
    ["hooks absent", {}],
    ["hooks null", { hooks: null }],
    ["stage null", { hooks: { createRuntime: null as never } }],
    ["stage empty", { hooks: { createRuntime: [] } }],
  ])("%s", (_, config) => {
    const plan = planOf(define("a", ["createRuntime"]));
    injectPlan(config, plan, context());
    expect(order(config, plan)).toEqual({ createRuntime: ["a"] });
  });

  test.each<[string, unknown]>([
    ["hooks is not an object", { hooks: [] }],
    ["hooks.poststop is not a list", { hooks: { poststop: {} } }],
    ["hooks.poststop[1] is not an object", { hooks: { poststop: [{ path: "/x" }, null] } }],
    ["annotations is not an object", { annotations: "x" }],
  ])("a config of the wrong shape is refused: %s", (message, config) => {
    const plan = planOf(define("a", ["createRuntime"]));
    expect(() => injectPlan(config as RuntimeConfig, plan, context())).toThrow(
      `read config.json: ${message}`,
    );
  });

  test("what does not apply, and what is unknown, is left as it is", () => {
    const text = JSON.stringify({ hooks: { later: [1], poststop: null }, linux: { future: {} } });
    const config = JSON.parse(text);
    const { matched, changed } = injectPlan(
      config,
      planOf(define("a", ["poststop"], { when: {} })),
      context(),
    );
    expect([matched, changed, JSON.stringify(config)]).toEqual([[], [], text]);
  });

  test("a definition of edits only", () => {
    const { entry: _entry, hook: _hook, ...edits } = define("e", [], { edits: { env: ["A=1"] } });
    const config: RuntimeConfig = { process: {} };
    expect(injectPlan(config, planOf(edits), context()).changed).toEqual(["process"]);
    expect(config).toEqual({ process: { env: ["A=1"] } });
  });
});

describe("again", () => {
  const plan = planOf(
    define("a", ["startContainer", "poststop"]),
    define("b", ["createRuntime"], { edits: { env: ["A=1"] } }),
  );
  const injected = (): RuntimeConfig => {
    const config: RuntimeConfig = { hooks: { poststop: [foreign("f")] } };
    injectPlan(config, plan, context());
    return config;
  };

  test("the same plan: nothing changes, no key is asked for, the spool is still told", () => {
    const config = injected();
    const before = JSON.stringify(config);
    keys = 0;
    const { changed, added, spool, matched } = injectPlan(config, plan, context());
    expect([changed, added, keys, JSON.stringify(config), matched.length]).toEqual([[], {}, 0, before, 2]);
    expect(spool?.key).toBe(KEY);
  });

  test("foreign hooks that came in between stay where they are", () => {
    const config = injected();
    config.hooks?.poststop?.push(foreign("late"));
    expect(injectPlan(config, plan, context()).changed).toEqual([]);
    expect(order(config, plan).poststop).toEqual(["collect", "f", "a", "late"]);
  });

  test.each<[string, (config: RuntimeConfig) => void]>([
    ["an entry was taken out", (config) => config.hooks?.poststop?.pop()],
    ["a mount was taken out", (config) => config.mounts?.pop()],
    [
      "a timeout was changed",
      (config) => Object.assign(config.hooks?.createRuntime?.[0] ?? {}, { timeout: 1 }),
    ],
    [
      "an environment was emptied",
      (config) => Object.assign(config.hooks?.startContainer?.[0] ?? {}, { env: ["HOOKWRIGHT_ROOT=/"] }),
    ],
    [
      "the keys differ",
      (config) =>
        Object.assign(config.hooks?.poststop?.[0] ?? {}, {
          env: ["HOOKWRIGHT_ROOT=/", `HOOKWRIGHT_KEY=${hex("1")}`],
        }),
    ],
  ])("incomplete: %s", (_, damage) => {
    const config = injected();
    damage(config);
    expect(injectPlan(config, plan, context()).changed).toContain("hooks");
    expect(config).toEqual(injected());
  });

  test("another plan takes the place of the first", () => {
    const config = injected();
    const next = planOf(define("c", ["poststop"]));
    injectPlan(config, next, context(hex("b")));
    expect(order(config, next)).toEqual({ poststop: ["f", "c"] });
    expect(config.mounts).toBeUndefined();
  });

  test("another installation in front of ours keeps its hooks", () => {
    const config = injected();
    const other = {
      ...context(hex("c")),
      root: "/srv/other",
      storeDir: "/srv/other/store",
      spoolHostDir: "/srv/other/run/0123",
    };
    injectPlan(config, planOf(define("o", ["createRuntime"])), other);
    injectPlan(config, plan, context());
    expect(config.hooks?.createRuntime?.map((hook) => ownEntry(hook)?.plan)).toEqual([hex("a"), hex("c")]);
  });

  test("mounts of ours and of our edits do not count as bind mounts", () => {
    const bind = { hostPath: "/s", containerPath: "/d", type: "bind", options: ["bind"] };
    const editing = planOf(
      define("a", ["startContainer"], { edits: { mounts: [bind] } }),
      define("b", ["poststop"], { when: { hasBindMounts: true } }),
    );
    const config: RuntimeConfig = {};
    expect(injectPlan(config, editing, context()).matched.map(({ name }) => name)).toEqual(["a"]);
    expect(injectPlan(config, editing, context()).changed).toEqual([]);
  });
});

test("the container's only bind mount, replaced by an edit, still counts the second time", () => {
  const bind = { hostPath: "/s", containerPath: "/d", type: "bind" };
  const plan = planOf(
    define("a", ["poststop"], { edits: { mounts: [bind] } }),
    define("b", ["poststop"], { when: { hasBindMounts: true } }),
  );
  const config: RuntimeConfig = { mounts: [{ destination: "/d", type: "bind", source: "/user" }] };
  injectPlan(config, plan, context());
  expect(order(config, plan)).toEqual({ poststop: ["a", "b"] });
  expect(injectPlan(config, plan, context()).changed).toEqual([]);
});

describe("who is left out", () => {
  test("a pod's sandbox", () => {
    const config: RuntimeConfig = { annotations: { "io.kubernetes.cri.container-type": "sandbox" } };
    const { sandbox, changed } = injectPlan(config, planOf(define("a", ["poststop"])), context());
    expect([sandbox, changed]).toEqual([true, []]);
  });

  test("commands without arguments: the container is stopped, by name, unless the definition may be passed over", () => {
    const when: CompiledWhen = { commands: [{ matcher: { kind: "any" }, source: "" }] };
    const stop = planOf(define("a.json", ["poststop"], { when }));
    const message = 'match hook "a.json": process.args must have at least one entry';
    expect(() => injectPlan({ process: {} }, stop, context())).toThrow(message);
    const pass = planOf(
      define("a.json", ["poststop"], { when, onFailure: "continue" }),
      define("b", ["poststop"]),
    );
    const { matched, skipped } = injectPlan({ process: {} }, pass, context());
    expect(matched.map(({ name }) => name)).toEqual(["b"]);
    expect(skipped.map(({ message: said }) => said)).toEqual([message]);
  });
});

test("feedback: an edit that sets what a condition looks at", () => {
  const equals = (text: string) => ({ kind: "equals" as const, text });
  const reader = define("r", [], {
    when: { annotations: [{ key: equals("k"), value: { kind: "any" }, source: ["^k$", ""] }] },
  });
  const editor = define("e", [], {
    edits: { annotations: { k: "v", "io.kubernetes.pod.namespace": "x", free: "y" } },
  });
  expect(findFeedback([reader, editor])).toEqual([
    { editor, reader, annotation: "k" },
    { editor, annotation: "io.kubernetes.pod.namespace" },
  ]);
});

describe("explain", () => {
  const plan = planOf(
    define("a", ["prestart", "poststop"]),
    define("b", ["poststop"], { when: { hasBindMounts: true } }),
  );

  test("each definition, and the order with foreign hooks; the config stays as it is", () => {
    const config: RuntimeConfig = { hooks: { poststop: [foreign("f")] } };
    const before = structuredClone(config);
    const { definitions, order: stages, changed, sandbox } = explainPlan(config, plan, context());
    expect(config).toEqual(before);
    expect(definitions.map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
      ["a", "match", "every condition that is set held"],
      ["b", "no match", 'hasBindMounts "true" failed: no bind mounts'],
    ]);
    expect(stages).toEqual([
      { stage: "createRuntime", hooks: [{ by: "definition", name: "a" }] },
      {
        stage: "poststop",
        hooks: [
          { by: "foreign", name: "/usr/bin/f" },
          { by: "definition", name: "a" },
        ],
      },
    ]);
    expect([changed, sandbox]).toEqual([["hooks"], false]);
  });

  test("what would stop the container", () => {
    const when: CompiledWhen = { commands: [{ matcher: { kind: "any" }, source: "" }] };
    const {
      failure,
      definitions,
      order: stages,
    } = explainPlan({ process: {} }, planOf(define("a", ["poststop"], { when })), context());
    expect(failure?.code).toBe("process_args_empty");
    expect(definitions[0]?.verdict).toBe("error");
    expect(stages).toEqual([]);
  });
});

const stage = fc.constantFrom(...STAGES);
const definition = (index: number) =>
  fc
    .record({
      stages: fc.array(stage, { maxLength: 3 }),
      position: fc.constantFrom("append" as const, "prepend" as const),
      when: fc.constantFrom<CompiledWhen>(
        { always: true },
        {},
        { hasBindMounts: true },
        { always: true, hasBindMounts: true },
      ),
      edits: fc.constantFrom<Edits[]>(
        {},
        { env: [`E${index}=1`] },
        { mounts: [{ hostPath: "/m", containerPath: `/m${index}`, type: "bind" }] },
      ),
    })
    .map(({ stages, ...rest }) => define(`d${index}`, stages, rest));
const plans = fc.tuple(definition(0), definition(1), definition(2)).map((all) => planOf(...all));
/** Without conditions on mounts: what the edits of an earlier plan left counts as the container's own. */
const otherPlans = plans.filter(({ definitions }) =>
  definitions.every(({ when }) => when.hasBindMounts === undefined),
);
const hooks = fc.dictionary(
  stage,
  fc.array(fc.constantFrom("f", "g", "h").map(foreign), { minLength: 1, maxLength: 3 }),
);
const configs = fc.record({
  hooks,
  mounts: fc.subarray([
    { destination: "/dev", type: "tmpfs" },
    { destination: "/data", type: "bind", source: "/d" },
    { destination: "/run", type: "tmpfs" },
  ]),
}) as fc.Arbitrary<RuntimeConfig>;
const place = { root: "/", storeDir: context().storeDir, spoolHostDir: context().spoolHostDir };

test("twice is once; foreign hooks keep their order; removal gives the hooks and mounts back", () => {
  fc.assert(
    fc.property(configs, plans, otherPlans, (given, plan, other) => {
      const config = structuredClone(given);
      injectPlan(config, plan, context());
      const once = structuredClone(config);
      expect(injectPlan(config, plan, context()).changed).toEqual([]);
      expect(config).toEqual(once);
      for (const one of RUNTIME_STAGES) {
        const kept = (config.hooks?.[one] ?? []).filter((hook) => ownEntry(hook) === undefined);
        expect(kept).toEqual(given.hooks?.[one] ?? []);
      }
      const replaced = structuredClone(config);
      injectPlan(replaced, other, context(hex("b")));
      const fresh = structuredClone(given);
      injectPlan(fresh, other, context(hex("b")));
      expect(replaced.hooks ?? {}).toEqual(fresh.hooks ?? {});

      const hooksBefore = Object.keys(given.hooks ?? {}).length === 0 ? undefined : given.hooks;
      removeInjection(config, place);
      expect(Object.keys(config.hooks ?? {}).length === 0 ? undefined : config.hooks).toEqual(hooksBefore);
      expect((config.mounts ?? []).filter(({ destination }) => !/^\/m\d$/.test(destination))).toEqual(
        given.mounts ?? [],
      );
      expect(removeInjection(config, place)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

describe("behind the NRI plugin", () => {
  const over = (plan: Plan): RuntimeConfig => {
    const config: RuntimeConfig = { annotations: { shown: "yes" } };
    injectPlan(config, plan, { ...context(), runtimeName: "", via: "nri", namespace: "ours" });
    return config;
  };

  test("each entry says where it comes from, the record is begun where no other hook does, and twice is once", () => {
    const plan = planOf(define("late", ["poststop"]), define("inside", ["startContainer"]));
    const config = over(plan);
    expect(order(config, plan)).toEqual({
      createRuntime: ["begin"],
      startContainer: ["inside"],
      poststop: ["collect", "late"],
    });
    expect(config.hooks?.poststop?.[1]?.args?.slice(4)).toEqual(["", "nri", "ours"]);
    const before = structuredClone(config);
    const again = injectPlan(config, plan, { ...context(), runtimeName: "", via: "nri", namespace: "ours" });
    expect([config, again.changed]).toEqual([before, []]);
  });

  test("the wrapper puts its own in the place of all of it, also of what it would not have found itself", () => {
    const plan = planOf(define("inside", ["startContainer"]), define("other", ["createRuntime"]));
    const config = over(plan);
    const unseen = planOf(
      define("inside", ["startContainer"], { when: { namespaces: ["ours"] } }),
      define("other", ["createRuntime"], { when: { namespaces: ["theirs"] } }),
    );
    injectPlan(config, unseen, context(hex("b")));
    expect(order(config, unseen)).toEqual({
      createRuntime: ["other"],
      startContainer: ["inside"],
      poststop: ["collect"],
    });
    const hooks = Object.values(config.hooks ?? {}).flat() as OciHook[];
    expect(hooks.map((hook) => ownEntry(hook)?.via)).toEqual(hooks.map(() => undefined));
    const plain: RuntimeConfig = { annotations: { shown: "yes" } };
    injectPlan(
      plain,
      planOf(define("inside", ["startContainer"]), define("other", ["createRuntime"])),
      context(hex("b")),
    );
    expect(config).toEqual(plain);
  });
});
