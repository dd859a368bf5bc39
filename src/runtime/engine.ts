/** Which engine a bundle belongs to, as far as its path says: engines keep their bundles in places of their own. */

/** docker, containerd, podman or crio; undefined for a bundle made by hand. Podman and CRI-O share a layout. */
export function engineOf(
  bundle: string,
  annotations: { readonly [key: string]: unknown } | null | undefined,
): string | undefined {
  if (bundle.includes("/moby/")) return "docker";
  if (bundle.includes("/io.containerd.")) return "containerd";
  if (!bundle.includes("/overlay-containers/")) return undefined;
  const crio =
    annotations?.["io.container.manager"] === "cri-o" ||
    annotations?.["io.kubernetes.cri-o.ContainerID"] !== undefined;
  return crio ? "crio" : "podman";
}
