#!/usr/bin/env bun
/**
 * `sdk-files.ts OUT`: writes the directory from which hooks are bundled and type-checked, and which they name in their
 * package.json: the sources of the SDK with all that they import, as they lie in src/.
 */

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { closure } from "../test/support/sources.ts";

const [out] = process.argv.slice(2);
if (out === undefined) throw new Error("usage: sdk-files.ts OUT");
const ENTRIES = ["src/sdk/hook.ts", "src/sdk/entry.ts", "src/sdk/testing.ts"];
rmSync(out, { recursive: true, force: true });
for (const path of new Set(ENTRIES.flatMap((entry) => closure(entry, true, true).map(({ path }) => path)))) {
  mkdirSync(dirname(`${out}/${path}`), { recursive: true });
  cpSync(path, `${out}/${path}`);
}
const { name, version, license, type, exports } = manifest;
writeFileSync(
  `${out}/package.json`,
  `${JSON.stringify({ name, version, license, type, exports }, null, 2)}\n`,
);
