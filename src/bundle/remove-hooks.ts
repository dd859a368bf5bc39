/**
 * Taking hooks out of a configuration. With the last startContainer hook of ours goes what was there for its sake: the
 * mounts of guard, entry and program, and the entry that collects its records.
 */

import { isOwnMount } from "../rules/hooks/container-mounts.ts";
import { mountsOf } from "../rules/hooks/facts.ts";
import { hookLists, setHooks } from "../rules/hooks/hook-lists.ts";
import { ownEntry } from "../rules/hooks/own-entry.ts";
import type { Roots } from "../spec/roots.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";
import { type HookRow, hookRows } from "./hook-rows.ts";

/** Removes the hooks for which `chosen` says so; returns them as they were. Throws `Failure` `config_shape`. */
export function removeHooks(
  config: RuntimeConfig,
  roots: Roots,
  chosen: (row: HookRow) => boolean,
): HookRow[] {
  const gone = hookRows(config, roots).filter(chosen);
  const wasInside = hasOwnInside(config, roots);
  for (const [stage, list] of hookLists(config)) {
    const left = list.filter((_, index) => !gone.some((row) => row.stage === stage && row.index === index));
    if (left.length < list.length) setHooks(config, stage, left);
  }
  if (wasInside && !hasOwnInside(config, roots)) gone.push(...removeInsideParts(config, roots));
  return gone;
}

function hasOwnInside(config: RuntimeConfig, roots: Roots): boolean {
  const list = hookLists(config).get("startContainer") ?? [];
  return list.some((hook) => ownEntry(hook, roots.root)?.kind === "run");
}

function removeInsideParts(config: RuntimeConfig, roots: Roots): HookRow[] {
  const isCollect = (hook: OciHook) => ownEntry(hook, roots.root)?.kind === "collect";
  const poststop = hookLists(config).get("poststop") ?? [];
  const rows = hookRows(config, roots).filter(({ stage, index }) => {
    const hook = poststop[index];
    return stage === "poststop" && hook !== undefined && isCollect(hook);
  });
  if (rows.length > 0)
    setHooks(
      config,
      "poststop",
      poststop.filter((hook) => !isCollect(hook)),
    );
  const sources = { storeDir: roots.store, spoolHostDir: `${roots.spool}/any` };
  const mounts = mountsOf(config);
  const others = mounts.filter((mount) => !isOwnMount(mount, sources));
  if (others.length === 0) delete config.mounts;
  else if (others.length < mounts.length) config.mounts = others;
  return rows;
}
