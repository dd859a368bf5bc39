/**
 * Fuzz of the injection: configs with members of any shape in any place. Each is either refused with a Failure, or
 * injected so that a second injection is idle and the removal leaves no entry of ours.
 */

import { explainPlan } from "../../src/rules/hooks/explain.ts";
import { type InjectContext, injectPlan } from "../../src/rules/hooks/inject.ts";
import { ownEntry } from "../../src/rules/hooks/own-entry.ts";
import { loadEngine } from "../../src/rules/hooks/pattern-engine.ts";
import { removeInjection } from "../../src/rules/hooks/remove.ts";
import { Failure } from "../../src/spec/failure.ts";
import type { Hex, Plan, PlannedDefinition } from "../../src/spec/plan.ts";
import type { RuntimeConfig } from "../../src/spec/runtime-config.ts";
import { RUNTIME_STAGES } from "../../src/spec/stage.ts";
import type { FuzzTarget } from "./run.ts";

const hex = (digit: string): Hex => digit.repeat(64);

function define(name: string, more: Partial<PlannedDefinition>): PlannedDefinition {
  const entry = hex(name);
  const base = { file: `/${name}.json`, position: "append" as const, onFailure: "stop" as const, timeout: 5 };
  return { name, ...base, when: { always: true }, stages: ["poststop"], entry, hook: hex("f"), ...more };
}

const any = { kind: "any" } as const;
const PLAN: Plan = {
  version: 1,
  generation: 1,
  created: "2026-11-23T00:00:00Z",
  guard: hex("0"),
  definitions: [
    define("1", {
      stages: [...RUNTIME_STAGES],
      edits: { env: ["A=1"], mounts: [{ hostPath: "/h", containerPath: "/c/d", type: "bind" }] },
    }),
    define("2", {
      when: { commands: [{ matcher: { kind: "js", source: "^/bin/" }, source: "^/bin/" }] },
      position: "prepend",
    }),
    define("3", {
      when: { annotations: [{ key: { kind: "prefix", text: "a" }, value: any, source: ["^a", ""] }] },
    }),
    define("4", {
      when: { hasBindMounts: true },
      edits: { deviceNodes: [{ path: "/dev/x", type: "c", major: 1, minor: 3 }], additionalGids: [0, 7] },
    }),
    define("5", { when: { namespaces: ["team"] }, onFailure: "continue" }),
    define("6", {
      when: { anyOf: true, annotationValues: [{ matcher: { kind: "suffix", text: "z" }, source: "z$" }] },
    }),
    define("7", {
      edits: {
        annotations: { "com.example": "1" },
        rlimits: [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }],
        seccomp: { profile: { defaultAction: "SCMP_ACT_ALLOW" } },
      },
    }),
  ],
};

const BASE = JSON.stringify({
  ociVersion: "1.0.2",
  process: {
    args: ["/bin/sh"],
    env: ["PATH=/bin", "A=0"],
    cwd: "/",
    user: { uid: 1, gid: 1, additionalGids: [5] },
    rlimits: [{ type: "RLIMIT_CORE", soft: 1, hard: 1 }],
  },
  mounts: [
    { destination: "/dev", type: "tmpfs" },
    { destination: "/c/d", type: "bind", source: "/s", options: ["rbind"] },
  ],
  hooks: { poststop: [{ path: "/x", args: ["x"], env: ["B=1"], timeout: 3 }], prestart: [{ path: "/y" }] },
  annotations: {
    a: "z",
    "io.kubernetes.cri.sandbox-namespace": "team",
    "io.kubernetes.pod.namespace": "team",
  },
  linux: {
    devices: [{ path: "/dev/x", type: "b" }],
    resources: { devices: [{ allow: false, access: "rwm" }] },
    seccomp: {},
  },
});

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  Number.POSITIVE_INFINITY,
  "",
  "hookwright-guard",
  [],
  {},
  [null],
  [{}],
  [[]],
  { a: null },
  ["collect"],
  hex("0"),
  `/s/${hex("0")}`,
];
const KEYS = [
  "hooks",
  "mounts",
  "args",
  "env",
  "path",
  "options",
  "destination",
  "source",
  "type",
  "__proto__",
  "constructor",
  "devices",
  "user",
  "poststop",
  "io.kubernetes.cri.container-type",
];

class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** A copy of JSON data; Infinity becomes null, as in any text. */
function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Every object and list of a tree. */
function nodes(value: unknown, found: object[] = []): object[] {
  if (typeof value !== "object" || value === null) return found;
  found.push(value);
  for (const inner of Object.values(value)) nodes(inner, found);
  return found;
}

function mutate(config: RuntimeConfig, random: Random): void {
  for (let times = 1 + random.below(4); times > 0; times--) {
    const all = nodes(config);
    const node = random.pick(all);
    const keys = Object.keys(node);
    const named = !Array.isArray(node) && (random.below(4) === 0 || keys.length === 0);
    const key = named ? random.pick(KEYS) : (random.pick(keys) ?? "0");
    if (Array.isArray(node) && random.below(2) === 0)
      node.splice(random.below(node.length + 1), random.below(2), copy(random.pick(VALUES)));
    else if (random.below(4) === 0) Reflect.deleteProperty(node, key);
    else {
      const value = copy(random.below(3) === 0 ? random.pick(all) : random.pick(VALUES));
      Object.defineProperty(node, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
}

function check(config: RuntimeConfig, context: InjectContext, explain: boolean): void {
  try {
    if (explain) explainPlan(config, PLAN, context);
    injectPlan(config, PLAN, context);
  } catch (error) {
    if (error instanceof Failure) return;
    throw error;
  }
  const once = JSON.stringify(config);
  const { changed } = injectPlan(config, PLAN, context);
  if (changed.length > 0 || JSON.stringify(config) !== once)
    throw new Error(`second injection changed ${changed}`);
  removeInjection(config, context);
  for (const stage of RUNTIME_STAGES) {
    const left = config.hooks?.[stage]?.find((hook) => ownEntry(hook, context.root) !== undefined);
    if (left !== undefined) throw new Error(`left at ${stage}: ${JSON.stringify(left)}`);
  }
}

export const inject: FuzzTarget = {
  name: "inject",
  async run(seed, executions) {
    const random = new Random(seed);
    const patterns = await loadEngine("js");
    for (let at = 0; at < executions; at++) {
      const tree: RuntimeConfig = JSON.parse(BASE);
      if (random.below(3) === 0) injectPlan(tree, PLAN, contextWith(patterns));
      mutate(tree, random);
      const text = JSON.stringify(tree);
      try {
        check(JSON.parse(text), contextWith(patterns), at % 8 === 0);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${at}: ${String(error)}\n${text}`, { cause: error });
      }
    }
  },
};

function contextWith(patterns: NonNullable<InjectContext["patterns"]>): InjectContext {
  const where = {
    root: "/",
    storeDir: "/s",
    spoolHostDir: "/r/spool/k",
    plan: hex("a"),
    runtimeName: "runc",
  };
  return { ...where, patterns, spoolKey: () => hex("e") };
}
