/**
 * Kubernetes engines start a sandbox ("pause") container for every pod, through the same runtime and so through the same
 * wrapper. No hook is meant for it, so definitions are not matched against it. A key that a pod's author may have typed
 * must not switch hooks off: where the engine is not known, every key that is there has to say the same.
 */

import type { Annotations } from "./trusted-namespace.ts";

/** The key with which each engine says what kind of container it starts. */
export const SANDBOX_KEYS: readonly [engine: string, key: string][] = [
  ["containerd", "io.kubernetes.cri.container-type"],
  ["crio", "io.kubernetes.cri-o.ContainerType"],
];

/** Whether the container is a pod's sandbox. `engine` as in `trustedNamespace`; docker and podman have none. */
export function isSandbox(annotations: Annotations | null | undefined, engine?: string): boolean {
  if (!annotations || engine === "docker" || engine === "podman") return false;
  let sandbox = false;
  for (const [writer, key] of SANDBOX_KEYS) {
    const type = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
    if (writer === engine) return type === "sandbox";
    if (type === undefined || engine === "containerd" || engine === "crio") continue;
    if (type !== "sandbox") return false;
    sandbox = true;
  }
  return sandbox;
}
