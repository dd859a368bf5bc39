/** The rows of notes/hooks.d/matching.md, upstream's own test tables, and the agreement of verdict and explanation. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { When } from "../../spec/definition.ts";
import { Failure } from "../../spec/failure.ts";
import type { Plan } from "../../spec/plan.ts";
import type { RuntimeConfig } from "../../spec/runtime-config.ts";
import { compileWhen } from "./compile-when.ts";
import { explainWhen } from "./explain-when.ts";
import { factsOf } from "./facts.ts";
import { matchDefinition } from "./match.ts";
import { type EngineNeed, engineNeed } from "./match-pattern.ts";
import type { Origin } from "./origin.ts";
import { loadEngine } from "./pattern-engine.ts";

const engine = await loadEngine("re2");
const BIND = { destination: "/data", source: "/srv", type: "bind", options: ["rbind"] };
const sh: RuntimeConfig = { process: { args: ["/bin/sh", "-c", "x"] } };
const withBinds: RuntimeConfig = { ...sh, mounts: [BIND] };

function verdict(when: When, config: RuntimeConfig): boolean {
  return matchDefinition(compileWhen(when), factsOf(config), engine);
}

describe("1.0.0: all that is set must hold", () => {
  const annotated: RuntimeConfig = { ...sh, annotations: { a: "b", c: "d", e: "f" } };
  test.each<[string, When, RuntimeConfig, boolean]>([
    ["nothing set", {}, withBinds, false],
    ["annotations {} alone", { annotations: {} }, annotated, false],
    ["commands [] alone", { commands: [] }, sh, false],
    ["commands [] beside always", { always: true, commands: [] }, sh, true],
    ["always true", { always: true }, {}, true],
    ["always false", { always: false }, sh, false],
    ["always false beside what holds", { always: false, commands: ["sh"] }, sh, false],
    ["always true, command that does not match", { always: true, commands: ["^/bin/zsh$"] }, sh, false],
    ["hasBindMounts true, binds", { hasBindMounts: true }, withBinds, true],
    ["hasBindMounts true, none", { hasBindMounts: true }, sh, false],
    ["hasBindMounts false, none", { hasBindMounts: false }, sh, false],
    ["hasBindMounts false, binds", { hasBindMounts: false }, withBinds, false],
    ["hasBindMounts false defeats always", { always: true, hasBindMounts: false }, sh, false],
    ["both annotation pairs", { annotations: { "^a$": "^b$", "^c$": "^d$" } }, annotated, true],
    ["one pair of two", { annotations: { "^a$": "^b$", "^c$": "^x$" } }, annotated, false],
    ["key and value of different entries", { annotations: { "^a$": "^d$" } }, annotated, false],
    ["a later entry that fits both", { annotations: { "[ac]": "^d$" } }, annotated, true],
    ["no annotations at all", { annotations: { "": "" } }, sh, false],
    ["annotations null", { annotations: { "": "" } }, { annotations: null }, false],
    ["unanchored", { commands: ["s"] }, sh, true],
    ["POSIX class", { commands: ["^/[[:alpha:]]+/sh$"] }, sh, true],
    ["anchored, longer command", { commands: ["^/bin/sh$"] }, { process: { args: ["/bin/shell"] } }, false],
    ["any of the commands", { commands: ["nope", "sh$"] }, sh, true],
    ["commands only look at args[0]", { commands: ["^x$"] }, sh, false],
    ["no process: commands are passed over", { always: true, commands: ["nope"] }, {}, true],
    ["no process, commands only", { commands: [""] }, {}, false],
    ["process null", { always: true, commands: ["nope"] }, { process: null }, true],
    ["process without args, no commands asked", { always: true }, { process: {} }, true],
    ["binds and command, both", { hasBindMounts: true, commands: ["^/bin/sh$"] }, withBinds, true],
    ["binds and command, bind only", { hasBindMounts: true, commands: ["^/bin/x$"] }, withBinds, false],
    ["binds and command, command only", { hasBindMounts: true, commands: ["^/bin/sh$"] }, sh, false],
    ["an inherited name is no annotation", { annotations: { "^constructor$": "" } }, annotated, false],
  ])("%s", (_, when, config, expected) => expect(verdict(when, config)).toBe(expected));
});

describe("0.1.0: one condition is enough", () => {
  const annotated: RuntimeConfig = { ...sh, annotations: { k: "b" } };
  test.each<[string, When, RuntimeConfig, boolean]>([
    ["nothing set", {}, withBinds, false],
    ["always false is no obstacle", { always: false, commands: ["sh"] }, sh, true],
    ["always true", { always: true, commands: ["nope"] }, sh, true],
    ["binds, command does not match", { hasBindMounts: true, commands: ["nope"] }, withBinds, true],
    ["command matches, no binds", { hasBindMounts: true, commands: ["sh"] }, sh, true],
    ["neither", { hasBindMounts: true, commands: ["nope"] }, sh, false],
    ["hasBindMounts false holds for nobody", { hasBindMounts: false }, sh, false],
    ["one pair of two", { annotations: { "^k$": "^b$", "^c$": "^d$" } }, annotated, true],
    ["values only: whatever the key", { annotationValues: ["a", "b"] }, annotated, true],
    ["values only, none fits", { annotationValues: ["^a$", "^c$"] }, annotated, false],
    [
      "values are joined before they are read: (?i) reaches on",
      { annotationValues: ["(?i)x", "B"] },
      annotated,
      true,
    ],
    ["an empty list of values fits any annotation", { annotationValues: [] }, annotated, true],
    ["an empty list of values, no annotations", { annotationValues: [] }, sh, false],
  ])("%s", (_, when, config, expected) => expect(verdict({ ...when, anyOf: true }, config)).toBe(expected));
});

describe("process.args empty is an error only when commands are asked about", () => {
  for (const process of [{}, { args: [] }, { args: null }]) {
    test(JSON.stringify(process), () => {
      expect(() => verdict({ commands: ["sh"] }, { process })).toThrow(
        "process.args must have at least one entry",
      );
      expect(() => verdict({ always: true, commands: ["sh"] }, { process })).toThrow(/process\.args/);
      expect(verdict({ always: false, commands: ["sh"] }, { process })).toBe(false);
      expect(verdict({ anyOf: true, always: true, commands: ["sh"] }, { process })).toBe(true);
    });
  }
});

test("a bad pattern is refused when the plan is made, and the message names the condition", () => {
  expect(() => compileWhen({ annotations: { "[": "a" } })).toThrow('compile the annotation key "["');
  expect(() => compileWhen({ annotations: { a: "[" } })).toThrow('compile the annotation value "["');
  expect(() => compileWhen({ commands: ["["] })).toThrow('compile the command "["');
});

describe("namespaces", () => {
  const inA: RuntimeConfig = { annotations: { "io.kubernetes.cri.sandbox-namespace": "a" } };
  test.each<[string, When, RuntimeConfig, boolean]>([
    ["the trusted one", { namespaces: ["b", "a"] }, inA, true],
    ["another", { namespaces: ["b"] }, inA, false],
    ["always does not reach beyond it", { always: true, namespaces: ["b"] }, inA, false],
    ["nor does any-of", { anyOf: true, always: true, namespaces: ["b"] }, inA, false],
    ["any-of still needs a condition of its own", { anyOf: true, namespaces: ["a"] }, inA, false],
    ["and with the rest", { namespaces: ["a"], commands: ["nope"] }, { ...inA, ...sh }, false],
    ["no Kubernetes", { namespaces: ["a"] }, sh, false],
    ["an empty list names none", { namespaces: [] }, inA, false],
    [
      "A40: the key that CRI-O leaves to the author",
      { namespaces: ["a"] },
      { annotations: { "io.kubernetes.cri-o.Namespace": "a" } },
      false,
    ],
  ])("%s", (_, when, config, expected) => expect(verdict(when, config)).toBe(expected));

  test("A40: keys that disagree stop the container", () => {
    const annotations = { ...inA.annotations, "io.kubernetes.pod.namespace": "b" };
    expect(() => verdict({ namespaces: ["a"] }, { annotations })).toThrow(/annotations disagree/);
    expect(verdict({ always: true }, { annotations })).toBe(true);
  });
});

describe("images", () => {
  const [good, other] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
  const made = (digests: readonly string[] | undefined, name?: string): Origin => ({
    why: "nobody says it",
    ...(digests && { digests }),
    ...(name !== undefined && { name }),
  });
  const judged = (when: When, origin: Origin, container: RuntimeConfig = sh) => {
    try {
      return matchDefinition(compileWhen(when), factsOf(container, { origin: () => origin }), engine);
    } catch (error) {
      if (error instanceof Failure && error.exitCode === 126) return error.code;
      throw error;
    }
  };
  const chosen: When = { commands: ["^/bin/sh$"] };
  const named = [`nginx:1@${good}`];

  test.each<[string, When, Origin, boolean | string]>([
    ["one that was tested", { ...chosen, images: [other, good] }, made([good]), true],
    ["by any of its digests", { ...chosen, images: [good] }, made([other, good]), true],
    ["another", { ...chosen, images: [good] }, made([other]), "image_mismatch"],
    ["not known", { ...chosen, images: [good] }, made(undefined), "image_unknown"],
    ["not chosen", { commands: ["^/bin/x$"], images: [good] }, made([other]), false],
    ["not chosen and not known", { commands: ["^/bin/x$"], images: [good] }, made(undefined), false],
    ["always chooses all", { always: true, images: [good] }, made([other]), "image_mismatch"],
    ["images alone chooses", { images: [good] }, made([good]), true],
    ["images alone leaves others alone", { images: [good] }, made([other]), false],
    ["images alone, not known", { images: [good] }, made(undefined), "image_unknown"],
    ["named, one that was tested", { images: named }, made([good], "other"), true],
    ["named: a tag that was moved", { images: named }, made([other], "nginx:1"), "image_mismatch"],
    ["named in full", { images: named }, made([other], "docker.io/library/nginx:1"), "image_mismatch"],
    ["named: another tag", { images: named }, made([other], "nginx:2"), false],
    ["named: no tag is latest", { images: named }, made([other], "nginx"), false],
    ["named: another registry", { images: named }, made([other], "localhost:5000/library/nginx:1"), false],
    ["named: by digest, of any tag", { images: named }, made([other], `nginx@${other}`), "image_mismatch"],
    ["named without a tag: any", { images: [`nginx@${good}`] }, made([other], "nginx:7"), "image_mismatch"],
    ["named, called by its id", { images: named }, made([other], "b".repeat(64)), false],
    ["named, only the name is known", { images: named }, made(undefined, "nginx:1"), "image_unknown"],
    ["named, another name and no digest", { images: named }, made(undefined, "busybox:1"), false],
    ["named, nothing is known", { images: named }, made(undefined), "image_unknown"],
  ])("%s", (_, when, origin, expected) => {
    expect(judged(when, origin)).toBe(expected);
    const { verdict: told } = explainWhen(compileWhen(when), factsOf(sh, { origin: () => origin }), engine);
    expect(told).toBe(typeof expected === "string" ? "error" : expected ? "match" : "no match");
  });

  test("nothing is looked up for definitions without images", () => {
    const origin = () => {
      throw new Error("it was");
    };
    expect(matchDefinition(compileWhen(chosen), factsOf(sh, { origin }), engine)).toBe(true);
  });
});

describe("sandboxes", () => {
  const sandbox: RuntimeConfig = { ...sh, annotations: { "io.kubernetes.cri.container-type": "sandbox" } };
  const inA = { ...sandbox.annotations, "io.kubernetes.cri.sandbox-namespace": "a" };
  test.each<[string, When, RuntimeConfig, boolean]>([
    ["are left alone", { always: true }, sandbox, false],
    ["unless they are asked for", { sandbox: true }, sandbox, true],
    ["with the rest", { sandbox: true, commands: ["nope"] }, sandbox, false],
    ["in a namespace", { sandbox: true, namespaces: ["a"] }, { annotations: inA }, true],
    ["in another", { sandbox: true, namespaces: ["b"] }, { annotations: inA }, false],
    ["others are not meant then", { sandbox: true }, sh, false],
    ["always does not reach them", { always: true, sandbox: true }, sh, false],
  ])("%s", (_, when, config, expected) => {
    expect(verdict(when, config)).toBe(expected);
    const told = explainWhen(compileWhen(when), factsOf(config), engine);
    expect(told.verdict === "match").toBe(expected);
  });
});

describe("hasBindMounts from config.json", () => {
  test.each<[string, object, boolean]>([
    ["type bind", { destination: "/x", type: "bind" }, true],
    ["option bind", { destination: "/x", type: "none", options: ["ro", "bind"] }, true],
    ["option rbind", { destination: "/x", options: ["rbind"] }, true],
    ["tmpfs", { destination: "/x", type: "tmpfs" }, false],
    ["the engine's hosts file", { destination: "/etc/hosts", type: "bind" }, false],
    ["a rootless engine's /sys", { destination: "/sys", type: "none", options: ["rbind"] }, false],
  ])("%s", (_, mount, expected) => {
    expect(factsOf({ mounts: [mount as never] }).hasBindMounts).toBe(expected);
  });
  test("a mount that is to be ignored", () => {
    expect(
      factsOf({ mounts: [BIND] }, { ignoreMount: (mount) => mount.source === "/srv" }).hasBindMounts,
    ).toBe(false);
  });
});

test.each<[string, unknown]>([
  ["annotations is not an object", { annotations: [] }],
  ['annotations["a"] is not a string', { annotations: { a: 1 } }],
  ["process is not an object", { process: "sh" }],
  ["process.args is not a list", { process: { args: "sh" } }],
  ["process.args[0] is not a string", { process: { args: [1] } }],
  ["mounts is not a list", { mounts: {} }],
  ["mounts[0] is not an object with a destination", { mounts: [null] }],
])("a config of the wrong shape is refused: %s", (message, config) => {
  expect(() => factsOf(config as RuntimeConfig)).toThrow(`read config.json: ${message}`);
});

const pattern = fc.constantFrom("", "a", "^a$", "b", "^b", ".*", "a|b", "^[ab]+$", "\\x{41}");
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const when = fc
  .record({
    always: optional(fc.boolean()),
    annotations: optional(fc.dictionary(pattern, pattern, { maxKeys: 2 })),
    commands: optional(fc.array(pattern, { maxLength: 2 })),
    hasBindMounts: optional(fc.boolean()),
    anyOf: optional(fc.boolean()),
    annotationValues: optional(fc.array(pattern, { maxLength: 2 })),
    namespaces: optional(fc.subarray(["a", "b"])),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as When);
const word = fc.constantFrom("a", "b", "ab", "A", "c", "");
const config = fc.record({
  annotations: fc.dictionary(
    fc.oneof(word, fc.constantFrom("io.kubernetes.pod.namespace", "io.kubernetes.cri.sandbox-namespace")),
    word,
    { maxKeys: 3 },
  ),
  process: fc.option(fc.record({ args: fc.array(word, { maxLength: 1 }) })),
  mounts: fc.constantFrom([], [BIND]),
}) as fc.Arbitrary<RuntimeConfig>;

/** Upstream's Match as it is written, for reference: one loop, counting what held. */
function upstream(given: When, { annotations = {}, process, mounts }: RuntimeConfig): boolean | "error" {
  const binds = (mounts ?? []).length > 0;
  const or = given.anyOf === true;
  let matches = 0;
  const conditions: boolean[] = [];
  if (given.always !== undefined) conditions.push(given.always);
  if (given.hasBindMounts !== undefined) conditions.push(given.hasBindMounts && binds);
  const pairs = Object.entries(given.annotations ?? {});
  if (given.annotationValues !== undefined) pairs.push([".*", given.annotationValues.join("|")]);
  const re = (source: string) => new RegExp(source.replaceAll("\\x{41}", "A"));
  for (const [key, value] of pairs) {
    conditions.push(Object.entries(annotations ?? {}).some(([k, v]) => re(key).test(k) && re(value).test(v)));
  }
  for (const held of conditions) {
    if (held && or) return true;
    if (held) matches++;
    else if (!or) return false;
  }
  if (process && (given.commands ?? []).length > 0) {
    const command = process.args?.[0];
    if (command === undefined) return "error";
    return (given.commands ?? []).some((source) => re(source).test(command));
  }
  return matches > 0;
}

test("the verdict is upstream's, and the explanation says the same", () => {
  fc.assert(
    fc.property(when, config, (given, container) => {
      const compiled = compileWhen(given);
      const facts = factsOf(container);
      let decided: boolean | "error";
      try {
        decided = matchDefinition(compiled, facts, engine);
      } catch {
        decided = "error";
      }
      const report = explainWhen(compiled, facts, engine);
      expect(report.verdict).toBe(decided === "error" ? "error" : decided ? "match" : "no match");
      if (given.namespaces === undefined) expect(decided).toBe(upstream(given, container));
    }),
    { numRuns: 5000 },
  );
});

describe("explanations", () => {
  const explain = (given: When, container: RuntimeConfig) =>
    explainWhen(compileWhen(given), factsOf(container), engine);

  test("each condition with what it was compared with, and what was not looked at", () => {
    const report = explain({ always: true, hasBindMounts: true, commands: ["^sh$"] }, sh);
    expect(report.conditions).toEqual([
      { condition: "always", outcome: "held", wanted: "true", found: "always holds" },
      { condition: "hasBindMounts", outcome: "failed", wanted: "true", found: "no bind mounts" },
      { condition: "command", outcome: "skipped", wanted: "^sh$", found: "decided before" },
    ]);
    expect(report.reason).toBe('hasBindMounts "true" failed: no bind mounts');
  });

  test("the annotations that came near", () => {
    const report = explain(
      { annotations: { "^net$": "^bridge$" } },
      { annotations: { net: "host", other: "bridge" } },
    );
    expect(report.reason).toBe('annotation "^net$: ^bridge$" failed: net=host');
  });

  test("nothing set", () => {
    expect(explain({}, sh).reason).toBe("no condition is set, so it applies to no container");
  });
});

describe("the engine that a plan needs", () => {
  const need = (...whens: When[]) => {
    const definitions = whens.map((given) => ({ when: compileWhen(given) }));
    return engineNeed({ definitions } as unknown as Plan);
  };
  test.each<[EngineNeed, When[]]>([
    ["none", [{}, { annotations: { "^a$": "b" }, commands: ["/sh$"] }]],
    ["js", [{ commands: ["^(a|b)$"] }, { always: true }]],
    ["js", [{ annotations: { "^a$": "^[ab]$" } }]],
    ["re2", [{ commands: ["^(a|b)$"] }, { annotations: { "(?i)a": "" } }]],
    ["re2", [{ anyOf: true, annotationValues: ["(?i)a"] }]],
  ])("%s", (expected, whens) => expect(need(...whens)).toBe(expected));
});
