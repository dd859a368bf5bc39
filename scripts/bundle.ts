#!/usr/bin/env bun
/**
 * Bundles entry points for hookwright-host: `bundle.ts [--tests] OUT ENTRY...`. Each entry DIR/NAME.ts becomes
 * OUT/DIR/NAME.js, with what it imports dynamically as chunks beside it; OUT/modules lists all of them, an entry before
 * its chunks. Entries share no chunks, so those that a program lacks are just what it imports dynamically. Nothing of Node
 * or Bun may be imported. With `--tests` the portable test API is the one for QuickJS.
 */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import type { BunPlugin } from "bun";

const ROOT = resolve(import.meta.dir, "..");

const portableOnly: BunPlugin = {
  name: "portable-only",
  setup(build) {
    build.onResolve({ filter: /^(node|bun):|^bun$/ }, ({ path, importer }) => {
      throw new Error(
        `bundle ${relative(ROOT, importer)}: imports ${path}, which hookwright-host does not have`,
      );
    });
  },
};

const portableTests: BunPlugin = {
  name: "portable-tests",
  setup(build) {
    build.onResolve({ filter: /\/api\.ts$/ }, ({ path, importer }) =>
      resolve(dirname(importer), path) === `${ROOT}/test/portable/api.ts`
        ? { path: `${ROOT}/test/portable/quickjs.ts` }
        : undefined,
    );
  },
};

const words = process.argv.slice(2);
const tests = words[0] === "--tests";
const [out, ...entrypoints] = tests ? words.slice(1) : words;
if (out === undefined || entrypoints.length === 0) throw new Error("usage: bundle.ts [--tests] OUT ENTRY...");

/** Bundles one entry; returns the names of its modules, the entry's own first. */
async function bundle(entry: string, out: string): Promise<string[]> {
  const directory = basename(dirname(resolve(entry)));
  const { outputs } = await Bun.build({
    entrypoints: [entry],
    outdir: `${out}/${directory}`,
    // As for Bun, only because for a browser the bundler adds code that preloads chunks into a document.
    target: "bun",
    format: "esm",
    splitting: true,
    // Names of functions stay: they are what a stack trace of the host program can tell.
    minify: { whitespace: true, syntax: true, identifiers: false },
    plugins: [...(tests ? [portableTests] : []), portableOnly],
  });
  const names = (kind: string) =>
    outputs.filter((o) => o.kind === kind).map((o) => relative(resolve(out), o.path));
  return [...names("entry-point"), ...names("chunk")];
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const modules = [];
for (const entry of entrypoints) modules.push(...(await bundle(entry, out)));
writeFileSync(`${out}/modules`, `${modules.join("\n")}\n`);
