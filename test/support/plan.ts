/**
 * Plans for tests: the ordinary way, definitions and hook programs in the root's own directories and then `apply`; or a
 * plan file put in place by hand, for what needs a plan that `apply` would not write.
 */

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Plan } from "../../src/spec/plan.ts";
import { rootsAt } from "../../src/spec/roots.ts";
import { hookwright } from "./programs.ts";

/** Writes `<root>/work/hooks/<name>`, a busybox shell script with mode 0755; returns its path. */
export function hookScript(root: string, name: string, body: string): string {
  const path = `${root}/work/hooks/${name}`;
  mkdirSync(`${root}/work/hooks`, { recursive: true, mode: 0o755 });
  writeFileSync(path, `#!/usr/bin/busybox sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A definition file `<name>.json` in the root's own directory: anything that is valid JSON. */
export function define(root: string, name: string, definition: object): string {
  const dir = `${rootsAt(root).config}/hooks.d`;
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const path = `${dir}/${name}.json`;
  writeFileSync(path, JSON.stringify(definition, null, 2));
  return path;
}

/** Writes the definitions given and applies them; throws with the program's own words when `apply` refuses. */
export async function applyPlan(root: string, definitions: Record<string, object>): Promise<void> {
  for (const [name, definition] of Object.entries(definitions)) define(root, name, definition);
  const done = await hookwright(root, ["apply"]);
  if (done.code !== 0) throw new Error(`apply failed (${done.code}): ${done.stderr}${done.stdout}`);
}

/** Puts a plan in force without `apply`; the store stays as it is. `text` in place of the plan makes a corrupt one. Returns the digest. */
export function writePlan(root: string, plan: Plan | string): string {
  const { plans, current } = rootsAt(root);
  const text = typeof plan === "string" ? plan : JSON.stringify(sorted(plan));
  const digest = createHash("sha256").update(text).digest("hex");
  mkdirSync(plans, { recursive: true, mode: 0o755 });
  writeFileSync(`${plans}/${digest}.json`, text, { mode: 0o444 });
  rmSync(current, { force: true });
  symlinkSync(`${digest}.json`, current);
  return digest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([key, inner]) => [key, sorted(inner)]));
}
