/**
 * What an injection changed in a container's configuration, in the words of NRI. Hooks can only be added, and come after those
 * that are there; a variable, mount or device of the same name or place is replaced. Nothing that the container has can be taken
 * away: a runtime only takes back so what another plugin has added (notes/nri/protocol.md).
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { envName } from "../rules/hooks/edit-process.ts";
import { hookLists } from "../rules/hooks/hook-lists.ts";
import { same } from "../rules/hooks/same.ts";
import type { OciDevice, OciHook, OciMount, RuntimeConfig } from "../spec/runtime-config.ts";
import type { Stage } from "../spec/stage.ts";
import {
  type ContainerAdjustment,
  ContainerAdjustmentSchema,
  type HookSchema,
  type KeyValueSchema,
  type LinuxDeviceSchema,
  type MountSchema,
} from "./generated/nri_pb.ts";
import { seccompPolicyOf, uint64 } from "./seccomp-policy.ts";

/** The adjustment that makes `after` of `before`; undefined when there is nothing to do. */
export function adjustmentOf(before: RuntimeConfig, after: RuntimeConfig): ContainerAdjustment | undefined {
  const env = added(before.process?.env ?? [], after.process?.env ?? []).map(variableOf);
  const mounts = added(before.mounts ?? [], after.mounts ?? []).map(mountOf);
  const devices = added(before.linux?.devices ?? [], after.linux?.devices ?? []).map(deviceOf);
  const rlimits = added(before.process?.rlimits ?? [], after.process?.rlimits ?? []);
  const annotations = Object.entries(after.annotations ?? {}).filter(
    ([key, value]) => before.annotations?.[key] !== value,
  );
  const hooks = addedHooks(before, after);
  const seccomp = after.linux?.seccomp;
  const linux = {
    ...(devices.length > 0 && { devices }),
    ...(seccomp && { seccompPolicy: seccompPolicyOf(seccomp) }),
  };
  const parts = {
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    ...(mounts.length > 0 && { mounts }),
    ...(env.length > 0 && { env }),
    ...(hooks.size > 0 && { hooks: Object.fromEntries(hooks) }),
    ...(Object.keys(linux).length > 0 && { linux }),
    ...(rlimits.length > 0 && {
      rlimits: rlimits.map(({ type, soft, hard }) => ({ type, soft: uint64(soft), hard: uint64(hard) })),
    }),
  };
  return Object.keys(parts).length === 0 ? undefined : create(ContainerAdjustmentSchema, parts);
}

function added<T>(before: readonly T[], after: readonly T[]): T[] {
  return after.filter((one) => !before.some((other) => same(one, other)));
}

function variableOf(variable: string): MessageInitShape<typeof KeyValueSchema> {
  const key = envName(variable);
  return { key, value: variable.slice(key.length + 1) };
}

function addedHooks(
  before: RuntimeConfig,
  after: RuntimeConfig,
): Map<Stage, MessageInitShape<typeof HookSchema>[]> {
  const there = hookLists(before);
  const hooks = new Map<Stage, MessageInitShape<typeof HookSchema>[]>();
  for (const [stage, list] of hookLists(after)) {
    const more = added(there.get(stage) ?? [], list);
    if (more.length > 0) hooks.set(stage, more.map(hookOf));
  }
  return hooks;
}

function hookOf({ path, args = [], env = [], timeout }: OciHook): MessageInitShape<typeof HookSchema> {
  return { path, args, env, ...(timeout === undefined ? {} : { timeout: { value: BigInt(timeout) } }) };
}

function mountOf({
  destination,
  type = "",
  source = "",
  options = [],
}: OciMount): MessageInitShape<typeof MountSchema> {
  return { destination, type, source, options };
}

function deviceOf(device: OciDevice): MessageInitShape<typeof LinuxDeviceSchema> {
  const { path, type, major = 0, minor = 0, fileMode, uid, gid } = device;
  return {
    path,
    type,
    major: BigInt(major),
    minor: BigInt(minor),
    ...(fileMode === undefined ? {} : { fileMode: { value: fileMode } }),
    ...(uid === undefined ? {} : { uid: { value: uid } }),
    ...(gid === undefined ? {} : { gid: { value: gid } }),
  };
}
