#!/usr/bin/env bun
/**
 * Bundles entry points for hookwright-host: `bundle.ts [--tests] OUT ENTRY...`. Each entry DIR/NAME.ts becomes
 * OUT/DIR/NAME.js; what entries share, and what is imported only when it is needed, become chunks in OUT. OUT/modules lists all of
 * them by their names below OUT's parent, so that those of two programs never meet, an entry before its chunks; OUT/lazy those
 * that no entry needs from the start. Nothing of Node or Bun may be imported. With `--tests` the portable test API is the one for QuickJS.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
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

const root = dirname(dirname(resolve(entrypoints[0] ?? "")));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { outputs } = await Bun.build({
  entrypoints,
  root,
  outdir: out,
  // As for Bun, only because for a browser the bundler adds code that preloads chunks into a document.
  target: "bun",
  format: "esm",
  splitting: true,
  // Names of functions stay: they are what a stack trace of the host program can tell.
  minify: { whitespace: true, syntax: true, identifiers: false },
  plugins: [...(tests ? [portableTests] : []), portableOnly],
});

const base = dirname(resolve(out));
const paths = (kind: string) => outputs.filter((o) => o.kind === kind).map((o) => resolve(o.path));
const entries = paths("entry-point");
const modules = [...entries, ...paths("chunk")];
const needed = new Set(entries);
const transpiler = new Bun.Transpiler({ loader: "js" });
for (const path of needed)
  for (const { kind, path: imported } of transpiler.scanImports(readFileSync(path, "utf8")))
    if (kind === "import-statement") needed.add(resolve(dirname(path), imported));

function list(name: string, paths: readonly string[]): void {
  writeFileSync(`${out}/${name}`, paths.map((path) => `${relative(base, path)}\n`).join(""));
}
list("modules", modules);
list(
  "lazy",
  modules.filter((path) => !needed.has(path)),
);
