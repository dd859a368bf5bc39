/**
 * What a container was made of, from what its engine itself has written down, never from what its image or its author
 * says. Docker keeps a file per container, Podman and CRI-O the records of their storage; containerd tells a runtime only the name
 * that the pod asked for, which is worth something when it has the digest in it; a bundle that was unpacked from an image has umoci.json.
 */

import { isHex } from "../../spec/plan.ts";
import { type ReadText, storedBundle } from "./engine-of.ts";
import type { Annotations } from "./trusted-namespace.ts";

export interface Origin {
  /** `sha256:…` of the image's index, manifest and configuration, as far as they are known; absent when none is. */
  readonly digests?: readonly string[];
  /** What the engine calls the image. */
  readonly name?: string;
  /** For a message: why there are no digests. */
  readonly why: string;
  /** The name by which the engine knows the container, where its records have one. */
  readonly containerName?: string;
}

export interface Created {
  readonly engine: string | undefined;
  readonly bundle: string;
  readonly annotations: Annotations | null | undefined;
  /** `root.path` of the container's configuration. */
  readonly rootPath: () => string | undefined;
}

type Fields = { readonly [key: string]: unknown };

const CONTAINERD_NAME = "io.kubernetes.cri.image-name";

/** Looks when it is asked for the first time, if ever. */
export function originIn(created: Created, read: ReadText): () => Origin {
  let origin: Origin | undefined;
  return () => {
    origin ??= originOf(created, read);
    return origin;
  };
}

function originOf(created: Created, read: ReadText): Origin {
  switch (created.engine) {
    case "docker":
      return dockerOrigin(created, read);
    case "podman":
    case "crio":
      return storedOrigin(created, read);
    case "containerd":
      return containerdOrigin(created);
    default:
      return unpackedOrigin(created, read);
  }
}

/** `DATA/containers/ID/config.v2.json`; the container's root file system lies somewhere below DATA. */
function dockerOrigin({ bundle, rootPath }: Created, read: ReadText): Origin {
  const id = bundle.slice(bundle.lastIndexOf("/") + 1);
  for (const data of above(rootPath())) {
    const config = objectOf(read(`${data}/containers/${id}/config.v2.json`));
    if (config === undefined) continue;
    const name = textOf(objectIn(config, "Config")?.Image);
    const image = textOf(config.Image);
    const manifest = textOf(objectIn(config, "ImageManifest")?.digest);
    const listed = objectOf(read(`${data}/image/${textOf(config.Driver) ?? ""}/repositories.json`));
    const named = Object.values(objectIn(listed ?? {}, "Repositories") ?? {}).flatMap((names) =>
      Object.entries((names ?? {}) as Fields).flatMap(([one, of]) => (of === image ? digestIn(one) : [])),
    );
    return found([image, manifest, ...named], name, "Docker has no image for it");
  }
  return { why: "Docker's record of the container is not where its file system is" };
}

/** Records of containers/storage. Podman's lie beside the bundle, CRI-O's beside the container's file system. */
function storedOrigin({ bundle, rootPath }: Created, read: ReadText): Origin {
  const stored = storedBundle(bundle);
  if (stored === undefined) return { why: "its bundle is not where the engine keeps them" };
  const { dir, driver, id } = stored;
  for (const storage of [dir, ...above(rootPath())]) {
    const record = ["containers.json", "volatile-containers.json"]
      .map((file) => recordIn(read(`${storage}/${driver}-containers/${file}`), id))
      .find((one) => one !== undefined);
    if (record === undefined) continue;
    const image = textOf(record.image);
    const details =
      image === undefined ? undefined : recordIn(read(`${storage}/${driver}-images/images.json`), image);
    const parts = Object.entries(objectIn(details ?? {}, "big-data-digests") ?? {});
    const manifests = parts.flatMap(([part, digest]) =>
      part.startsWith("manifest") ? [textOf(digest)] : [],
    );
    const own = image === undefined ? undefined : `sha256:${image}`;
    const name = textOf(objectOf(textOf(record.metadata) ?? null)?.["image-name"]);
    const [containerName] = Array.isArray(record.names) ? record.names : [];
    const origin = found([own, textOf(details?.digest), ...manifests], name, "it was made without an image");
    return typeof containerName === "string" ? { ...origin, containerName } : origin;
  }
  return { why: "the engine's storage has no record of the container" };
}

function containerdOrigin({ annotations }: Created): Origin {
  const name = textOf(annotations?.[CONTAINERD_NAME]);
  if (name === undefined) return { why: "containerd did not name its image" };
  return found(digestIn(name), name, `containerd tells no digest of ${name}; name it by digest in the pod`);
}

/** umoci.json, which `image unpack` leaves in a bundle. */
function unpackedOrigin({ bundle }: Created, read: ReadText): Origin {
  const why = "it was not started by an engine that tells it, nor unpacked from an image";
  const metadata = objectOf(read(`${bundle}/umoci.json`));
  const walk = objectIn(metadata ?? {}, "from_descriptor_path")?.descriptor_walk;
  if (!Array.isArray(walk)) return { why };
  return found(
    walk.map((one: unknown) => textOf((one as Fields | null)?.digest)),
    undefined,
    why,
  );
}

function found(digests: readonly (string | undefined)[], name: string | undefined, why: string): Origin {
  const known = [...new Set(digests.filter((one) => one !== undefined && isDigest(one)))] as string[];
  return {
    why,
    ...(known.length > 0 && { digests: known }),
    ...(name !== undefined && { name }),
  };
}

/** Of `NAME@sha256:…` or `sha256:…`. */
function digestIn(name: string): string[] {
  const digest = name.slice(name.indexOf("@") + 1);
  return isDigest(digest) ? [digest] : [];
}

function isDigest(word: string): boolean {
  return word.startsWith("sha256:") && isHex(word.slice("sha256:".length));
}

/** The directories above a path, the nearest first, without "/". */
function above(path: string | undefined): string[] {
  const dirs: string[] = [];
  let rest = path?.[0] === "/" ? path : "";
  for (;;) {
    rest = rest.slice(0, Math.max(rest.lastIndexOf("/"), 0));
    if (rest === "") return dirs;
    dirs.push(rest);
  }
}

function recordIn(text: string | null, id: string): Fields | undefined {
  const list = parsed(text);
  if (!Array.isArray(list)) return undefined;
  return list.find((one: unknown) => (one as Fields | null)?.id === id) as Fields | undefined;
}

function objectOf(text: string | null): Fields | undefined {
  const value = parsed(text);
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function objectIn(fields: Fields, key: string): Fields | undefined {
  const value = fields[key];
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
