/** A18: a key that two parsers read differently: what was checked would not be what the runtime runs. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { injectedHook } from "../support/attack.ts";
import { makeBundle } from "../support/bundle.ts";
import { program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const evil = (): string => `[{"path":"/usr/bin/busybox","args":["sh","-c","touch ${root.work}/marker"]}]`;

/** What is put in front of the rest of the configuration, and whether it must be refused. */
const CORPUS: [string, () => string][] = [
  ["two hooks keys", () => `"hooks":{},"hooks":{"createRuntime":${evil()}}`],
  ["Hooks beside hooks", () => `"hooks":{},"Hooks":{"createRuntime":${evil()}}`],
  ["HOOKS alone", () => `"HOOKS":{"createRuntime":${evil()}}`],
  ["hooks with a Kelvin sign", () => `"hoo\\u212as":{"createRuntime":${evil()}}`],
  ["hooks with a long s", () => `"hook\\u017f":{"createRuntime":${evil()}}`],
  ["hooks with an escaped k, twice", () => `"hooks":{},"hoo\\u006bs":{"createRuntime":${evil()}}`],
  ["two createRuntime keys", () => `"hooks":{"createRuntime":[],"createRuntime":${evil()}}`],
  ["CreateRuntime", () => `"hooks":{"CreateRuntime":${evil()}}`],
  ["createruntime beside createRuntime", () => `"hooks":{"createRuntime":[],"createruntime":${evil()}}`],
  [
    "Path beside path in a hook",
    () => `"hooks":{"createRuntime":[{"path":"/bin/true","Path":"/bin/false"}]}`,
  ],
];

for (const wrapper of ["hookwright-runc", "hookwright-crun"] as const)
  test.each(CORPUS)(
    `A18 ${wrapper} refuses %s, names the line, and changes nothing`,
    async (_name, extra) => {
      await injectedHook(root, "true");
      const bundle = makeBundle(`${root.work}/bundle`);
      const path = `${bundle}/config.json`;
      const text = readFileSync(path, "utf8").replace("{", `{\n${extra()},`);
      writeFileSync(path, text);
      const env = { HOOKWRIGHT_ROOT: root.root, PATH: process.env.PATH ?? "" };
      const done = await run([program(wrapper), "--root", `${root.work}/state`, "run", "-b", bundle, "a18"], {
        env,
      });
      expect(done.code).toBe(125);
      expect(done.stderr).toMatch(/config\.json:2:\d+/);
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(existsSync(`${root.work}/marker`)).toBe(false);
    },
  );
