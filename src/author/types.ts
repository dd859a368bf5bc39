/** Checking a hook's types with the TypeScript compiler of its own project, and with no globals but those of the language. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { Failure } from "../spec/failure.ts";
import { sdkModule } from "./bundle.ts";

const OPTIONS = {
  target: "ES2023",
  lib: ["ES2023"],
  module: "ESNext",
  moduleResolution: "bundler",
  allowImportingTsExtensions: true,
  types: [],
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
};

/**
 * Checks `file`, an absolute path. Returns false when there is no compiler: neither in a node_modules above the file nor on PATH.
 * Throws `Failure` `type_error` with what it said, a line for each error.
 */
export function checkTypes(file: string, sdk: string): boolean {
  const compiler = compilerFor(file);
  if (compiler === undefined) return false;
  const directory = mkdtempSync(`${tmpdir()}/hookwright-types-`);
  try {
    const project = `${directory}/tsconfig.json`;
    const paths = { "hookwright/hook": [sdkModule(sdk)] };
    writeFileSync(project, JSON.stringify({ compilerOptions: { ...OPTIONS, paths }, files: [file] }));
    const done = Bun.spawnSync([compiler, "--pretty", "false", "--project", project], {
      cwd: "/",
      stderr: "pipe",
    });
    if (done.exitCode === 0) return true;
    // `dir/hook.ts(3,5): error TS2304: …`, relative to the working directory.
    const said = `${done.stdout}${done.stderr}`
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^([^\s(][^(]*)\((\d+),(\d+)\): error /, "/$1:$2:$3: "));
    throw new Failure("type_error", `build ${file}: its types do not fit\n${said.join("\n")}`, {
      hint: "mend what is named; a hook has no types of Node, Bun or a browser",
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function compilerFor(file: string): string | undefined {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const compiler = `${directory}/node_modules/.bin/tsc`;
    if (existsSync(compiler)) return compiler;
    if (directory === "/") return Bun.which("tsc") ?? undefined;
  }
}
