/** From a hook's main module to one ES module that holds everything it needs; the same bytes for the same sources. */

import { readFileSync } from "node:fs";
import type { BunPlugin } from "bun";
import { Failure } from "../spec/failure.ts";
import { isPlatform, type Lack, lacksOf } from "./lacking.ts";

const ENTRY = "/hookwright/main.ts";

/** Absolute path of the SDK's module that `hookwright/hook` means. */
export function sdkModule(sdk: string): string {
  return `${sdk}/src/sdk/hook.ts`;
}

/** Bundles `file`, an absolute path, with the SDK in the directory `sdk`. Throws `Failure` `hook_lacks` or `bundle_failed`. */
export async function bundleHook(file: string, sdk: string): Promise<string> {
  const lacks: Lack[] = [];
  const entry =
    `import { main } from ${JSON.stringify(`${sdk}/src/sdk/entry.ts`)};\n` +
    `import * as module from ${JSON.stringify(file)};\nmain(module.default);\n`;
  const plugin: BunPlugin = {
    name: "hook",
    setup(build) {
      build.onResolve({ filter: /^hookwright\/hook$/ }, () => ({ path: sdkModule(sdk) }));
      build.onResolve({ filter: /^[a-z]/ }, ({ path }) =>
        isPlatform(path) ? { path, external: true } : undefined,
      );
      build.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
        if (path === ENTRY) return { contents: entry, loader: "ts" };
        const contents = readFileSync(path, "utf8");
        try {
          if (!path.startsWith(`${sdk}/`)) lacks.push(...lacksOf(path, contents));
        } catch {
          // It is no TypeScript: the bundler says so, and where.
        }
        return { contents, loader: /\.[cm]?ts$/.test(path) ? "ts" : "js" };
      });
    },
  };
  const result = await Bun.build({
    entrypoints: [ENTRY],
    files: { [ENTRY]: entry },
    // Only because for a browser the bundler adds code that a document needs.
    target: "bun",
    format: "esm",
    // Names of functions stay: they are what a stack trace can tell.
    minify: { whitespace: true, syntax: true, identifiers: false },
    plugins: [plugin],
    throw: false,
  });
  if (lacks.length > 0) {
    const said = lacks.map(({ file, line, what }) => `${file}:${line}: ${what}`).join("\n");
    throw new Failure("hook_lacks", `build ${file}: it needs what a hook does not have\n${said}`, {
      hint: "a hook runs in milliseconds inside a 2 MB program; what it can do is in hookwright/hook",
    });
  }
  const [output] = result.outputs;
  if (!result.success || output === undefined) {
    const said = result.logs.map(({ position, message }) =>
      position === null ? message : `${position.file}:${position.line}: ${message}`,
    );
    throw new Failure("bundle_failed", `build ${file}: it cannot be bundled\n${said.join("\n")}`, {
      hint: "mend what is named",
    });
  }
  return (await output.text()).replace(/^\/\/ @bun\n/, "");
}
