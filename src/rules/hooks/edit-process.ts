/** The edits of what the container's process is given: environment, groups, limits, its annotations and its seccomp profile. */

import type { Edits } from "../../spec/definition.ts";
import type { JsonObject, OciLinux, OciProcess, RuntimeConfig } from "../../spec/runtime-config.ts";
import { same } from "./same.ts";

/**
 * Takes out every variable named in `remove`, then sets each `NAME=value` in place of the last one of that name, as CDI
 * does, or at the end. Returns whether anything changed.
 */
export function editEnv(process: OciProcess, set: readonly string[], remove: readonly string[]): boolean {
  const before = process.env ?? [];
  const env =
    remove.length === 0 ? [...before] : before.filter((variable) => !remove.includes(envName(variable)));
  for (const variable of set) {
    const name = envName(variable);
    const at = env.findLastIndex((one) => envName(one) === name);
    if (at < 0) env.push(variable);
    else env[at] = variable;
  }
  if (same(env, before)) return false;
  process.env = env;
  return true;
}

/** Adds groups, leaving out 0 (as CDI does: root's group is nothing to hand out) and those that are there. */
export function editGids(process: OciProcess, gids: readonly number[]): boolean {
  const before = process.user?.additionalGids ?? [];
  const added = gids.filter((gid) => gid !== 0 && !before.includes(gid));
  if (added.length === 0) return false;
  process.user ??= {};
  process.user.additionalGids = [...before, ...added];
  return true;
}

/** Sets the limits by type, in place of one that is there. */
export function editRlimits(process: OciProcess, limits: NonNullable<Edits["rlimits"]>): boolean {
  let changed = false;
  for (const { type, soft, hard } of limits) {
    process.rlimits ??= [];
    const there = process.rlimits.find((limit) => limit.type === type);
    if (there === undefined) process.rlimits.push({ type, hard, soft });
    else if (same([there.soft, there.hard], [soft, hard])) continue;
    else Object.assign(there, { hard, soft });
    changed = true;
  }
  return changed;
}

/** Sets annotations, in place of those that are there. */
export function editAnnotations(
  config: RuntimeConfig,
  annotations: NonNullable<Edits["annotations"]>,
): boolean {
  let changed = false;
  for (const [key, value] of Object.entries(annotations)) {
    config.annotations ??= {};
    if (Object.hasOwn(config.annotations, key) && config.annotations[key] === value) continue;
    Object.defineProperty(config.annotations, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    changed = true;
  }
  return changed;
}

/** Puts the profile in place of `linux.seccomp`. A reference to a file is `apply`'s to resolve. */
export function editSeccomp(config: RuntimeConfig, seccomp: Edits["seccomp"]): boolean {
  if (seccomp === undefined) return false;
  if (!("profile" in seccomp)) throw new Error("a plan's seccomp edit is a profile, never a file");
  if (same(config.linux?.seccomp, seccomp.profile)) return false;
  linuxOf(config).seccomp = copy(seccomp.profile) as JsonObject;
  return true;
}

/** The name of `NAME=value`. */
export function envName(variable: string): string {
  const at = variable.indexOf("=");
  return at < 0 ? variable : variable.slice(0, at);
}

export function linuxOf(config: RuntimeConfig): OciLinux {
  config.linux ??= {};
  return config.linux;
}

/** A copy of plain objects and lists, so that what is done to the config later never reaches the plan. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}
