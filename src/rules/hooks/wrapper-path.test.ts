/** What the wrapper does with a plan, on both engines: a thousand definitions, injected once and again. */

import { deepEqual, equal, test } from "../../../test/portable/api.ts";
import type { Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { RuntimeConfig } from "../../spec/runtime-config.ts";
import { type InjectContext, injectPlan } from "./inject.ts";
import { engineNeed } from "./match-pattern.ts";

const hex = (digit: string) => digit.repeat(64);
const context: InjectContext = {
  root: "/",
  storeDir: "/var/lib/hookwright/store",
  plan: hex("a"),
  runtimeName: "runc",
  spoolHostDir: "/run/hookwright/spool/0",
  spoolKey: () => hex("e"),
};

function define(at: number): PlannedDefinition {
  const key = { kind: "equals" as const, text: `com.example.hook${at}` };
  const value = { kind: "any" as const };
  const entry = `${at}`.padStart(64, "0");
  const base = {
    name: `h${at}`,
    file: `/h${at}.json`,
    position: "append" as const,
    onFailure: "stop" as const,
  };
  return {
    ...base,
    when: { annotations: [{ key, value, source: ["", ""] }] },
    stages: ["createRuntime"],
    timeout: 10,
    entry,
    hook: hex("7"),
  };
}

test("a thousand definitions of which ten apply", () => {
  const definitions = Array.from({ length: 1000 }, (_, at) => define(at));
  const plan: Plan = {
    version: 1,
    generation: 1,
    created: "2026-11-23T00:00:00Z",
    guard: hex("9"),
    definitions,
  };
  const annotations: { [key: string]: string } = {};
  for (let at = 0; at < 10; at++) annotations[`com.example.hook${at * 100}`] = "on";
  const config: RuntimeConfig = {
    annotations,
    process: { args: ["/bin/sh"] },
    hooks: { createRuntime: [{ path: "/f" }] },
  };
  equal(engineNeed(plan), "none");
  const { matched, changed } = injectPlan(config, plan, context);
  deepEqual(changed, ["hooks"]);
  equal(matched.length, 10);
  deepEqual(
    config.hooks?.createRuntime?.map(({ args }) => args?.[1]?.slice(-3)),
    [undefined, "000", "100", "200", "300", "400", "500", "600", "700", "800", "900"],
  );
  deepEqual(injectPlan(config, plan, context).changed, []);
});

test("the mounts and entries of a startContainer hook", () => {
  const plan: Plan = {
    version: 1,
    generation: 1,
    created: "",
    guard: hex("9"),
    definitions: [{ ...define(1), when: { always: true }, stages: ["startContainer"] }],
  };
  const config: RuntimeConfig = { mounts: [{ destination: "/dev", type: "tmpfs" }] };
  equal(injectPlan(config, plan, context).spool?.path, "/dev/hookwright/spool");
  equal(config.mounts?.length, 5);
  equal(config.hooks?.poststop?.[0]?.args?.[1], "collect");
});
