/**
 * The plan on real containers: runc and crun start what the wrapper wrote into config.json, at every stage, and what the
 * wrapper recorded is what the hooks are told. A shell script stands in for the guard, so only the wrapper is tested.
 */

import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Plan, PlannedDefinition } from "../../src/spec/plan.ts";
import { RUNTIME_STAGES, type Stage } from "../../src/spec/stage.ts";
import { type BundleOptions, makeBundle } from "../support/bundle.ts";
import { writePlan } from "../support/plan.ts";
import { built, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { RUNTIMES, type RuntimeOptions, runRuntime } from "../support/runtime.ts";
import { leftovers, survivors } from "../support/survivors.ts";

const root = tempRoot();
afterAll(() => root.remove());

const hex = (digit: string) => digit.repeat(64);
const ran = `${root.work}/ran`;

/** In place of the guard: one line per call with its arguments and the state. In the container it writes to the spool. */
const guard = `#!/bin/busybox sh
if [ "$1" = collect ]; then cat "$2/events" >>${ran}; umount "$2"; rmdir "$2"; exit 0; fi
line="$2 $4 $(tr -d '\\n')"
echo "$line" >>"\${HOOKWRIGHT_SPOOL:-${ran}}"
`;
mkdirSync(root.store, { recursive: true });
for (const [name, text] of [
  ["a", guard],
  ["e", "{}"],
  ["f", "hook"],
] as const) {
  writeFileSync(`${root.store}/${hex(name)}`, text);
  chmodSync(`${root.store}/${hex(name)}`, 0o555);
}

function planOf(stages: Stage[], more: Partial<PlannedDefinition> = {}): Plan {
  const base = {
    name: "one",
    file: "one.json",
    when: { always: true },
    position: "append",
    onFailure: "stop",
  } as const;
  const one: PlannedDefinition = { ...base, stages, timeout: 5, entry: hex("e"), hook: hex("f"), ...more };
  return { version: 1, generation: 1, created: "2026-11-23T00:00:00Z", guard: hex("a"), definitions: [one] };
}

interface Call {
  stage: string;
  runtime: string;
  state: { id: string; bundle: string };
}

/** What ran since the last time. */
function calls(): Call[] {
  const text = existsSync(ran) ? readFileSync(ran, "utf8") : "";
  writeFileSync(ran, "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [stage = "", runtime = ""] = line.split(" ");
      return { stage, runtime, state: JSON.parse(line.slice(stage.length + runtime.length + 2)) };
    });
}

describe.skipIf(!built("hookwright-runc", "hookwright-crun")).each(RUNTIMES)("%s", (name) => {
  const via = [program(`hookwright-${name}`)];
  const run = (args: string[], options: RuntimeOptions = {}) =>
    runRuntime(name, root.root, args, { via, ...options });
  const bundleOf = (id: string, options?: BundleOptions) => makeBundle(`${root.work}/${id}`, options);

  test("create, start, delete: each stage once, and the runtime's name", async () => {
    const id = `${name}-stages`;
    writePlan(root.root, planOf(RUNTIME_STAGES.filter((stage) => stage !== "prestart")));
    const bundle = bundleOf(id, { args: ["/bin/sleep", "0.3"] });
    for (const args of [
      ["create", "--bundle", bundle, id],
      ["start", id],
    ]) {
      expect(await run(args)).toMatchObject({ code: 0, stderr: "" });
    }
    await Bun.sleep(600);
    expect(await run(["delete", "--force", id])).toMatchObject({ code: 0 });
    const seen = calls();
    expect(seen.map(({ stage }) => stage).sort()).toEqual([
      "createContainer",
      "createRuntime",
      "poststart",
      "poststop",
      "startContainer",
    ]);
    expect(new Set(seen.map(({ runtime }) => runtime))).toEqual(new Set([name]));
    expect(await survivors()).toEqual([]);
    expect(await leftovers(root.root)).toEqual([]);
    expect(readdirSync(root.spool)).toEqual([]);
  });

  test("run, and edits that the container sees", async () => {
    const id = `${name}-run`;
    writePlan(
      root.root,
      planOf(["createRuntime", "poststop"], { edits: { env: ["ADDED=yes"], annotations: { a: "b" } } }),
    );
    const bundle = bundleOf(id, { args: ["/bin/sh", "-c", "echo $ADDED; exit 5"] });
    expect(await run(["run", "--bundle", bundle, id])).toMatchObject({ code: 5, stdout: "yes\n" });
    expect(calls().map(({ stage, state }) => [stage, state.id])).toEqual([
      ["createRuntime", id],
      ["poststop", id],
    ]);
  });

  test("the same bundle again: config.json stays, the hooks run", async () => {
    const id = `${name}-twice`;
    writePlan(root.root, planOf(["createRuntime", "startContainer"]));
    const bundle = bundleOf(id);
    const texts: string[] = [];
    for (let round = 0; round < 2; round++) {
      expect(await run(["run", "--bundle", bundle, id])).toMatchObject({ code: 0 });
      texts.push(readFileSync(`${bundle}/config.json`, "utf8"));
      expect(calls().map(({ stage }) => stage)).toEqual(["createRuntime", "startContainer"]);
    }
    expect(texts[1]).toBe(texts[0] ?? "");
    expect(await leftovers(root.root)).toEqual([]);
  });

  test("a new plan takes the place of the old one", async () => {
    const id = `${name}-replaced`;
    const bundle = bundleOf(id);
    for (const stages of [["createRuntime"], ["poststop"], []] as Stage[][]) {
      writePlan(root.root, planOf(stages));
      expect(await run(["run", "--bundle", bundle, id])).toMatchObject({ code: 0 });
      expect(calls().map(({ stage }) => stage)).toEqual(stages);
    }
  });

  describe("the record has the id and the bundle of the state", () => {
    const prepare = (id: string) => {
      writePlan(root.root, planOf(["createRuntime"]));
      // runc refuses a root file system below a directory that it knows by a link, unless its path is absolute.
      const bundle = bundleOf(id, { rootfs: `${root.work}/rootfs` });
      symlinkSync(bundle, `${bundle}-link`);
      return bundle;
    };
    const cases: [
      what: string,
      words: (bundle: string) => string[],
      options: (bundle: string) => RuntimeOptions,
    ][] = [
      ["an absolute path", (bundle) => ["--bundle", bundle], () => ({})],
      ["a path through a link", (bundle) => ["-b", `${bundle}-link`], () => ({})],
      ["a trailing slash", (bundle) => ["--bundle", `${bundle}/`], () => ({})],
      [
        "a relative path",
        (bundle) => ["--bundle", `./${bundle.slice(root.work.length + 1)}`],
        () => ({ cwd: root.work }),
      ],
      ["the current directory", () => [], (bundle) => ({ cwd: bundle })],
      [
        "the current directory, reached through a link",
        () => [],
        (bundle) => ({ cwd: bundle, env: { PWD: `${bundle}-link` } }),
      ],
    ];
    cases.forEach(([what, words, options], at) => {
      test(what, async () => {
        const id = `${name}-record-${at}`;
        const bundle = prepare(id);
        const given = options(bundle);
        const env = { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root, ...given.env };
        const cwd = given.cwd ?? "/";
        const line = `cd ${cwd} && exec "$@"`;
        const [wrapper = ""] = via;
        const shell = ["sh", "-c", line, "sh", wrapper];
        if (given.env?.PWD !== undefined) shell.splice(4, 0, "env", `PWD=${given.env.PWD}`);
        expect(
          await runRuntime(name, root.root, ["run", ...words(bundle), id], { via: shell, env }),
        ).toMatchObject({ code: 0 });
        const [call] = calls();
        const records = readdirSync(root.containers).map((file) =>
          readFileSync(`${root.containers}/${file}`, "utf8"),
        );
        const record = records
          .map((text) => JSON.parse(text.split("\n")[0] ?? ""))
          .find((one) => one.id === id);
        expect(record).toMatchObject({ id, bundle: call?.state.bundle });
      });
    });
  });

  test("a container that no definition concerns is not touched", async () => {
    const id = `${name}-other`;
    writePlan(
      root.root,
      planOf(["createRuntime"], {
        when: {
          annotations: [{ key: { kind: "equals", text: "x" }, value: { kind: "any" }, source: ["^x$", ""] }],
        },
      }),
    );
    const bundle = bundleOf(id);
    const before = readFileSync(`${bundle}/config.json`, "utf8");
    expect(await run(["run", "--bundle", bundle, id])).toMatchObject({ code: 0 });
    expect(readFileSync(`${bundle}/config.json`, "utf8")).toBe(before);
    expect(calls()).toEqual([]);
  });

  test("patterns that need a RegExp, and patterns that need RE2", async () => {
    for (const kind of ["js", "re2"] as const) {
      const id = `${name}-${kind}`;
      const source = kind === "js" ? "^a+b$" : "(?i)^(A|B)+$";
      const when = {
        annotations: [
          { key: { kind: "equals", text: "k" }, value: { kind, source }, source: ["^k$", source] },
        ],
      } as const;
      writePlan(root.root, planOf(["createRuntime"], { when: when as never }));
      const bundle = bundleOf(id, {
        tweak: (config) => {
          config.annotations = { k: "aab" };
        },
      });
      expect(await run(["run", "--bundle", bundle, id])).toMatchObject({ code: 0 });
      expect(calls().length).toBe(1);
    }
  });

  test.skipIf(name !== "crun")("crun's other name for config.json", async () => {
    const id = "crun-config";
    writePlan(root.root, planOf(["createRuntime"]));
    const bundle = bundleOf(id);
    writeFileSync(`${root.work}/other.json`, readFileSync(`${bundle}/config.json`, "utf8"));
    writeFileSync(`${bundle}/config.json`, "not JSON");
    expect(await run(["run", "-f", `${root.work}/other.json`, "-b", bundle, id])).toMatchObject({ code: 0 });
    expect(calls().length).toBe(1);
  });
});
