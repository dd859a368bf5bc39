/**
 * Which Kubernetes namespace a container belongs to, from the annotations that a pod's author cannot write: the engine
 * puts them in after the author's own (notes/hooks.d/kubernetes.md). `io.kubernetes.cri-o.Namespace` is not among them:
 * on a container, CRI-O lets the author's value through. The guard asks the same of the annotations in the state.
 */

import { isSandbox } from "./sandbox.ts";

export type Annotations = { readonly [key: string]: string };

export type TrustedNamespace =
  | { kind: "none" }
  | { kind: "name"; name: string; source: string }
  /** Two engines' keys that disagree: one of them was written by the pod's author. */
  | { kind: "conflict"; values: { source: string; name: string }[] };

/** The key that each engine writes last, with what the engine is called in events. */
export const NAMESPACE_KEYS: readonly [engine: string, key: string][] = [
  ["containerd", "io.kubernetes.cri.sandbox-namespace"],
  ["crio", "io.kubernetes.pod.namespace"],
];

/** What the source is called when the engine has told us the namespace itself, over NRI. */
const FIRST_HAND = "nri";

/** On a sandbox CRI-O copies labels of the pod, and writes this one after them. */
const CRIO_SANDBOX_KEY = "io.kubernetes.cri-o.Namespace";

/**
 * The namespace, or `none`, or a conflict. `engine` (containerd, crio, docker, podman), when it is known, decides which
 * key counts; docker and podman have no namespaces, and whatever the annotations say there is the user's word.
 */
export function trustedNamespace(
  annotations: Annotations | null | undefined,
  engine?: string,
): TrustedNamespace {
  if (!annotations || engine === "docker" || engine === "podman") return { kind: "none" };
  const values: { source: string; name: string }[] = [];
  for (const [writer, usual] of NAMESPACE_KEYS) {
    const source = writer === "crio" && isSandbox(annotations, engine) ? CRIO_SANDBOX_KEY : usual;
    const name = Object.hasOwn(annotations, source) ? annotations[source] : undefined;
    if (typeof name !== "string" || name === "") continue;
    if (writer === engine) return { kind: "name", name, source };
    if (engine !== "containerd" && engine !== "crio") values.push({ source, name });
  }
  const [first, second] = values;
  if (first === undefined) return { kind: "none" };
  if (second !== undefined && second.name !== first.name) return { kind: "conflict", values };
  return { kind: "name", ...first };
}

/**
 * The same where the engine has named the namespace first-hand: then nothing else is needed, but an annotation that counts
 * and says something else is a conflict still.
 */
export function knownNamespace(
  name: string,
  annotations: Annotations | null | undefined,
  engine?: string,
): TrustedNamespace {
  const first = { source: FIRST_HAND, name };
  const found = trustedNamespace(annotations, engine);
  if (found.kind === "none" || (found.kind === "name" && found.name === name))
    return { kind: "name", ...first };
  const others = found.kind === "name" ? [{ source: found.source, name: found.name }] : found.values;
  return { kind: "conflict", values: [first, ...others] };
}
