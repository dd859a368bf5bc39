/**
 * A container as NRI describes it, as the configuration that a runtime will read: so what is decided about it, and how it is edited,
 * is what the wrapper does.
 */

import type { OciDevice, OciHook, OciHooks, OciMount, RuntimeConfig } from "../spec/runtime-config.ts";
import type { Container, Hook, Hooks, LinuxDevice, Mount, PodSandbox } from "./generated/nri_pb.ts";

/** Keys that only the engine's own word, on the container, may have: namespace, image and kind of a container are read there. */
const RESERVED = "io.kubernetes.";

/**
 * What a runtime would read of it. Its annotations are the pod's, all of them, below the container's own, where the engine has
 * put its words in. NRI says nothing of the user before 0.11, so a device node's owner is not known there.
 */
export function configOf(pod: PodSandbox | undefined, container: Container): RuntimeConfig {
  const ofPod = Object.entries(pod?.annotations ?? {}).filter(([key]) => !key.startsWith(RESERVED));
  const { user, hooks, linux } = container;
  return {
    process: {
      args: container.args,
      env: container.env,
      rlimits: container.rlimits.map(({ type, soft, hard }) => ({
        type,
        soft: Number(soft),
        hard: Number(hard),
      })),
      ...(user === undefined ? {} : { user: { uid: user.uid, gid: user.gid } }),
    },
    mounts: container.mounts.map(mountOf),
    annotations: { ...Object.fromEntries(ofPod), ...container.annotations },
    ...(hooks === undefined ? {} : { hooks: hooksOf(hooks) }),
    linux: { devices: (linux?.devices ?? []).map(deviceOf) },
  };
}

/** An empty type is none: so what this plugin, or another of its kind, has asked for is known again. */
function mountOf({ destination, type, source, options }: Mount): OciMount {
  return { destination, ...(type === "" ? {} : { type }), source, options };
}

function hooksOf(hooks: Hooks): OciHooks {
  const lists: OciHooks = {
    prestart: hooks.prestart.map(hookOf),
    createRuntime: hooks.createRuntime.map(hookOf),
    createContainer: hooks.createContainer.map(hookOf),
    startContainer: hooks.startContainer.map(hookOf),
    poststart: hooks.poststart.map(hookOf),
    poststop: hooks.poststop.map(hookOf),
  };
  return lists;
}

function hookOf({ path, args, env, timeout }: Hook): OciHook {
  return { path, args, env, ...(timeout === undefined ? {} : { timeout: Number(timeout.value) }) };
}

function deviceOf({ path, type, major, minor, fileMode, uid, gid }: LinuxDevice): OciDevice {
  return {
    path,
    type,
    major: Number(major),
    minor: Number(minor),
    ...(fileMode === undefined ? {} : { fileMode: fileMode.value }),
    ...(uid === undefined ? {} : { uid: uid.value }),
    ...(gid === undefined ? {} : { gid: gid.value }),
  };
}
