/**
 * Edits: what definitions change in a container before it is created. The vocabulary and the order (env, devices,
 * mounts, gids) are those of CDI's containerEdits (notes/cdi/edits.md). The edits of all definitions that apply are
 * first merged, later over earlier, and then made once: so a second run over its own result changes nothing. A container
 * without a process has nothing to give an environment, groups or limits to; CDI would make up half a process.
 */

import type { Edits } from "../../spec/definition.ts";
import type { RuntimeConfig } from "../../spec/runtime-config.ts";
import { editDevices } from "./edit-devices.ts";
import { editMounts } from "./edit-mounts.ts";
import { editAnnotations, editEnv, editGids, editRlimits, editSeccomp, envName } from "./edit-process.ts";
import { mountsOf, wrongShape } from "./facts.ts";

/** The top-level members of a config that an injection may change. */
export type ConfigMember = "annotations" | "hooks" | "linux" | "mounts" | "process";

/**
 * Makes the edits in `config`. Complete edits are expected: device numbers resolved, seccomp a profile; a plan holds no
 * others. Returns the members of the config that changed, none when all was so already. Throws the Failure `config_shape`
 * where the config has the wrong type.
 */
export function applyEdits(config: RuntimeConfig, all: readonly Edits[]): ConfigMember[] {
  if (all.length === 0) return [];
  const edits = mergeEdits(all);
  checkShapes(config);
  const changed = new Set<ConfigMember>();
  const { process } = config;
  if (process && editEnv(process, edits.env ?? [], edits.removeEnv ?? [])) changed.add("process");
  if (editDevices(config, edits.deviceNodes ?? [])) changed.add("linux");
  if (editMounts(config, edits.mounts ?? [])) changed.add("mounts");
  if (process && editGids(process, edits.additionalGids ?? [])) changed.add("process");
  if (process && editRlimits(process, edits.rlimits ?? [])) changed.add("process");
  if (editAnnotations(config, edits.annotations ?? {})) changed.add("annotations");
  if (editSeccomp(config, edits.seccomp)) changed.add("linux");
  return [...changed];
}

/** One set of edits with the effect of all, in order: the last word on each name, path, destination and type counts. */
function mergeEdits(all: readonly Edits[]): Edits {
  const merged: Edits = {};
  const env = new Map<string, string | undefined>();
  const mounts = new Map<string, NonNullable<Edits["mounts"]>[number]>();
  const devices = new Map<string, NonNullable<Edits["deviceNodes"]>[number]>();
  const rlimits = new Map<string, NonNullable<Edits["rlimits"]>[number]>();
  const annotations = new Map<string, string>();
  const gids = new Set<number>();
  for (const edits of all) {
    for (const name of edits.removeEnv ?? []) setLast(env, name, undefined);
    for (const variable of edits.env ?? []) setLast(env, envName(variable), variable);
    for (const device of edits.deviceNodes ?? []) setLast(devices, device.path, device);
    for (const mount of edits.mounts ?? []) setLast(mounts, mount.containerPath, mount);
    for (const limit of edits.rlimits ?? []) setLast(rlimits, limit.type, limit);
    for (const [key, value] of Object.entries(edits.annotations ?? {})) annotations.set(key, value);
    for (const gid of edits.additionalGids ?? []) gids.add(gid);
    if (edits.seccomp !== undefined && edits.seccomp !== null) merged.seccomp = edits.seccomp;
  }
  merged.env = [...env.values()].filter((variable) => variable !== undefined);
  merged.removeEnv = [...env].filter(([, variable]) => variable === undefined).map(([name]) => name);
  merged.deviceNodes = [...devices.values()];
  merged.mounts = [...mounts.values()];
  merged.rlimits = [...rlimits.values()];
  merged.annotations = Object.fromEntries(annotations);
  merged.additionalGids = [...gids];
  return merged;
}

/** Sets and moves to the end, as removing and adding anew does. */
function setLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}

function checkShapes(config: RuntimeConfig): void {
  const { process, linux } = config;
  object(process, "process");
  object(process?.user, "process.user");
  list(process?.env, "process.env", "string");
  list(process?.user?.additionalGids, "process.user.additionalGids", "number");
  list(process?.rlimits, "process.rlimits", "object");
  object(linux, "linux");
  object(linux?.resources, "linux.resources");
  list(linux?.devices, "linux.devices", "object");
  list(linux?.resources?.devices, "linux.resources.devices", "object");
  object(config.annotations, "annotations");
  mountsOf(config);
}

function object(value: unknown, path: string): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "object" || Array.isArray(value)) throw wrongShape(path, "an object");
}

function list(value: unknown, path: string, type: "string" | "number" | "object"): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw wrongShape(path, "a list");
  const wrong = value.findIndex((item) => item === null || typeof item !== type);
  if (wrong >= 0) throw wrongShape(`${path}[${wrong}]`, `${type === "object" ? "an" : "a"} ${type}`);
}
