#!/usr/bin/env bun
/**
 * `sdk-files.ts OUT`: writes the directory from which hooks are bundled and type-checked, and which they and programs that use
 * `hookwright/image` name in their package.json: the sources of both with all that they import, as they lie in src/.
 */

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { closure } from "../test/support/sources.ts";

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error("usage: sdk-files.ts OUT");
/** The threads of `hookwright/image` are started by their paths. */
const ENTRIES = [
  "src/sdk/hook.ts",
  "src/sdk/entry.ts",
  "src/sdk/testing.ts",
  "src/library/image.ts",
  "src/layer/decompress-worker.ts",
  "src/layer/compress/worker.ts",
];
rmSync(out, { recursive: true, force: true });
const sources = new Map(
  ENTRIES.flatMap((entry) => closure(entry, true, true)).map((source) => [source.path, source]),
);
for (const path of sources.keys()) {
  mkdirSync(dirname(`${out}/${path}`), { recursive: true });
  cpSync(path, `${out}/${path}`);
}
const imported = new Set([...sources.values()].flatMap(({ imports }) => imports.map(({ target }) => target)));
const dependencies = Object.fromEntries(
  Object.entries(manifest.dependencies).filter(([package_]) => imported.has(package_)),
);
const { name, version, license, type, exports } = manifest;
writeFileSync(
  `${out}/package.json`,
  `${JSON.stringify({ name, version, license, type, exports, dependencies }, null, 2)}\n`,
);
