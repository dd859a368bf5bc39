/** Hooks and definitions in a root of a test, for tests that call the verbs themselves instead of the program. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { type TempRoot, tempRoot } from "./root.ts";

/** A program that can be the guard where no hook runs: static, and only root can change it. */
export const STATIC_PROGRAM = "/usr/bin/busybox";

export interface DefinitionRoot extends TempRoot {
  /** Writes a busybox shell script; returns its path. */
  script(name: string, body?: string): string;
  /** Writes a definition file, by default in the host's own directory; returns its path. */
  define(file: string, value: object | string, dir?: string): string;
}

export function definitionRoot(): DefinitionRoot {
  const root = tempRoot();
  return {
    ...root,
    script(name, body = "exit 0") {
      mkdirSync(`${root.work}/hooks`, { recursive: true });
      const path = `${root.work}/hooks/${name}`;
      writeFileSync(path, `#!/usr/bin/busybox sh\n${body}\n`);
      chmodSync(path, 0o755);
      return path;
    },
    define(file, value, dir = `${root.config}/hooks.d`) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(`${dir}/${file}`, typeof value === "string" ? value : JSON.stringify(value, null, 2));
      return `${dir}/${file}`;
    },
  };
}

/** A definition that `apply` accepts, with `more` over it. */
export function simple(path: string, more: object = {}): object {
  return {
    version: "1.0.0",
    hook: { path, args: ["hook"], env: ["A=1"], timeout: 5 },
    when: { always: true },
    stages: ["createRuntime"],
    guard: { interpreter: "pin" },
    ...more,
  };
}
