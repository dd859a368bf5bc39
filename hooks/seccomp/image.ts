/** Which image a container is of, as whoever made it tells: by the digest of the manifest, or of the configuration (the image's id). */

import type { Container } from "hookwright/hook";

/** Of CRI-O and containerd; the engines write them behind what a pod's author can. */
const ANNOTATIONS = [
  "io.kubernetes.cri-o.ImageRef",
  "io.kubernetes.cri-o.ImageName",
  "io.kubernetes.cri.image-name",
];

/** The words that hold a digest. `read` reads a file of the host; null when there is none. */
export function digestsOf(
  { id, bundle, annotations }: Container,
  dockerRoot: string,
  read: (path: string) => string | null,
): string[] {
  const words = ANNOTATIONS.map((key) => annotations[key]);
  if (bundle.includes("/moby/")) {
    words.push(textOf(parsed(read(`${dockerRoot}/containers/${id}/config.v2.json`)), "Image"));
  } else if (bundle.includes("/overlay-containers/") || bundle.includes("/vfs-containers/")) {
    // …/overlay-containers/ID/userdata; the lists stand beside the containers.
    const store = bundle.slice(0, bundle.indexOf("-containers/") + "-containers".length);
    for (const list of ["containers.json", "volatile-containers.json"]) {
      const all = parsed(read(`${store}/${list}`));
      const own = Array.isArray(all) ? all.find((one) => textOf(one, "id") === id) : undefined;
      words.push(textOf(own, "image"));
    }
  } else {
    const unpacked = parsed(read(`${bundle}/umoci.json`));
    words.push(...manifestsOf(unpacked));
  }
  return words.filter((word) => word !== undefined && /(^|:)[0-9a-f]{64}$/.test(word)) as string[];
}

/** Of a bundle that was unpacked from a layout: the descriptors that led to its manifest. */
function manifestsOf(unpacked: unknown): (string | undefined)[] {
  const walk = (unpacked as { from_descriptor_path?: { descriptor_walk?: unknown } } | null)
    ?.from_descriptor_path?.descriptor_walk;
  return Array.isArray(walk) ? walk.map((one) => textOf(one, "digest")) : [];
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(value: unknown, key: string): string | undefined {
  const text = (value as { [key: string]: unknown } | null | undefined)?.[key];
  return typeof text === "string" ? text : undefined;
}
