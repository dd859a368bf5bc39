/** The built-in hooks as their users have them: built by the command line, attached by the definition that lies beside them. */

import { mkdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { hookwright } from "./programs.ts";
import type { TempRoot } from "./root.ts";

const HOOKS = `${import.meta.dir}/../../hooks`;

/** Builds `hooks/NAME/NAME.ts` below the root; returns the program's path. */
export async function builtHook(root: TempRoot, name: string): Promise<string> {
  const path = `${root.work}/hooks/${name}`;
  mkdirSync(`${root.work}/hooks`, { recursive: true, mode: 0o755 });
  const done = await hookwright(root.root, ["hook", "build", `${HOOKS}/${name}/${name}.ts`, "-o", path]);
  if (done.code !== 0) throw new Error(`hook build failed (${done.code}): ${done.stderr}`);
  return path;
}

// biome-ignore lint/suspicious/noExplicitAny: a definition is what a person wrote.
type Written = any;

/** The definition that lies beside a hook, for the program that was built and named after its file, with changes. */
export function shippedDefinition(name: string, path: string, change: (definition: Written) => void): object {
  const definition: Written = parse(readFileSync(`${HOOKS}/${name}/${name}.yaml`, "utf8"));
  definition.hook.path = path;
  delete definition.name;
  change(definition);
  return definition;
}
