/**
 * Which engine a bundle belongs to, as far as its path says: engines keep their bundles in places of their own. Podman and
 * CRI-O share a layout. CRI-O says its name in an annotation, over whatever the pod's author wrote there; Podman lets a user's word
 * stand, but keeps the records of its storage beside the bundle, where CRI-O, whose bundles are below its run directory, has none.
 */

import type { Annotations } from "./trusted-namespace.ts";

/** The text of a file; null when there is none. */
export type ReadText = (path: string) => string | null;

/** A bundle in the layout of containers/storage: `DIR/DRIVER-containers/ID/userdata`. */
export interface StoredBundle {
  readonly dir: string;
  readonly driver: string;
  readonly id: string;
}

const SUFFIX = "-containers";

export function storedBundle(bundle: string): StoredBundle | undefined {
  // No pattern: this is asked for every container.
  const words = bundle.split("/");
  if (words.at(-1) === "") words.pop();
  const [driver = "", id = "", last = ""] = words.slice(-3);
  if (last !== "userdata" || !driver.endsWith(SUFFIX) || words[0] !== "") return undefined;
  return { dir: words.slice(0, -3).join("/"), driver: driver.slice(0, -SUFFIX.length), id };
}

/** docker, containerd, podman or crio; undefined for a bundle made by hand. */
export function engineOf(
  bundle: string,
  annotations: Annotations | null | undefined,
  read: ReadText,
): string | undefined {
  if (bundle.includes("/moby/")) return "docker";
  if (bundle.includes("/io.containerd.")) return "containerd";
  const stored = storedBundle(bundle);
  if (stored === undefined) return undefined;
  if (annotations?.["io.container.manager"] !== "cri-o") return "podman";
  return read(`${stored.dir}/${stored.driver}-containers/containers.lock`) === null ? "crio" : "podman";
}
