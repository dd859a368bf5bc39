/**
 * The hooks of a configuration as rows for people: stage by stage in the order in which a runtime runs them, and which
 * of them are ours: of which definition, under which plan.
 */

import { readFileSync } from "node:fs";
import { hookLists } from "../rules/hooks/hook-lists.ts";
import { type OwnEntry, ownEntry } from "../rules/hooks/own-entry.ts";
import type { Roots } from "../spec/roots.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";
import type { RuntimeStage } from "../spec/stage.ts";

export interface HookRow {
  stage: RuntimeStage;
  /** From 0, within the stage: what `hooks remove --index` takes. */
  index: number;
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
  ours?: OwnHook;
}

export interface OwnHook {
  /** `collect` is the entry that brings home what startContainer hooks recorded, `begin` the one that begins the record. */
  kind: OwnEntry["kind"];
  /** Name of the definition; absent when the store no longer has the entry, and for `collect`. */
  definition?: string;
  /** `sha256:…` of the plan that injected it. */
  plan: string;
}

/** All hooks of a configuration. Throws `Failure` `config_shape` for one that is no hook. */
export function hookRows(config: RuntimeConfig, roots: Roots): HookRow[] {
  const rows: HookRow[] = [];
  for (const [stage, list] of hookLists(config)) {
    list.forEach((hook, index) => {
      rows.push(rowOf(hook, stage, index, roots));
    });
  }
  return rows;
}

function rowOf(hook: OciHook, stage: RuntimeStage, index: number, roots: Roots): HookRow {
  const { path, args, env, timeout } = hook;
  const ours = ownHook(hook, roots);
  return {
    stage,
    index,
    path: typeof path === "string" ? path : "",
    ...(Array.isArray(args) ? { args } : {}),
    ...(Array.isArray(env) ? { env } : {}),
    ...(typeof timeout === "number" ? { timeout } : {}),
    ...(ours === undefined ? {} : { ours }),
  };
}

/** What a hook of ours is, by its form; its name is read from the entry in the store. */
function ownHook(hook: OciHook, roots: Roots): OwnHook | undefined {
  const own = ownEntry(hook);
  if (own === undefined) return undefined;
  const definition = own.entry === undefined ? undefined : nameIn(`${roots.store}/${own.entry}`);
  const known = { kind: own.kind, plan: `sha256:${own.plan}` };
  return definition === undefined ? known : { ...known, definition };
}

function nameIn(path: string): string | undefined {
  try {
    const entry: unknown = JSON.parse(readFileSync(path, "utf8"));
    const named = typeof entry === "object" && entry !== null && "name" in entry;
    return named && typeof entry.name === "string" ? entry.name : undefined;
  } catch {
    return undefined;
  }
}
