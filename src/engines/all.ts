/** The engines, by name. */

import { containerd } from "./containerd/containerd.ts";
import { crio } from "./crio/crio.ts";
import { docker } from "./docker/docker.ts";
import { ENGINE_NAMES, type Engine, type EngineName } from "./engine.ts";
import { podman } from "./podman/podman.ts";

const ENGINES: { readonly [E in EngineName]: Engine } = { docker, podman, containerd, crio };

export function engineOf(name: EngineName): Engine {
  return ENGINES[name];
}

export function allEngines(): Engine[] {
  return ENGINE_NAMES.map((name) => ENGINES[name]);
}
