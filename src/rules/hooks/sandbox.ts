/**
 * Kubernetes engines start a sandbox ("pause") container for every pod, and Podman an infra container, through the same
 * runtime and so through the same wrapper. Only definitions with `when.sandbox` are matched against it. A key that a pod's author may
 * have typed must not switch hooks off: where the engine is not known, every key that is there has to say the same.
 */

import { isHex } from "../../spec/plan.ts";
import type { Origin } from "./origin.ts";
import type { Annotations } from "./trusted-namespace.ts";

/** The key with which each engine says what kind of container it starts. */
export const SANDBOX_KEYS: readonly [engine: string, key: string][] = [
  ["containerd", "io.kubernetes.cri.container-type"],
  ["crio", "io.kubernetes.cri-o.ContainerType"],
];

/** How Podman calls it: twelve digits of the pod's id before. */
const INFRA = "-infra";

/** What Podman starts in an infra container, its own pause program or Kubernetes'. */
const PAUSES: ReadonlySet<unknown> = new Set(["/catatonit", "/pause"]);

/**
 * Whether a container of Podman, which starts `command`, is a pod's infra container: by its name in Podman's storage, which a
 * container of `kube play` could be given as well, but that one Podman marks.
 */
export function isInfra(
  annotations: Annotations | null | undefined,
  command: unknown,
  origin: () => Origin,
): boolean {
  if (!PAUSES.has(command) || annotations?.["io.kubernetes.cri-o.ContainerType"] === "container")
    return false;
  const { containerName = "" } = origin();
  return containerName.endsWith(INFRA) && isHex(containerName.slice(0, -INFRA.length), 12);
}

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
