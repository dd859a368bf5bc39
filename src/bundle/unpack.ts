/**
 * Making a bundle, or a root file system alone, of an image. All is made in a directory of its own and gets its name at the
 * end, in one step: whoever is killed leaves no half of a bundle. Only where the directory is there already its parts are
 * put into it one by one, config.json last.
 */

import type { ApplyOptions, Progress } from "../layer/apply.ts";
import { HASH_INDEX, HashIndexFile } from "../layer/hash-index-file.ts";
import type { Limits } from "../layer/limits.ts";
import { hostId } from "../layer/owner.ts";
import { surveyTree } from "../layer/survey.ts";
import { close } from "../linux/descriptor.ts";
import { mkdir } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { fchmod, fchown } from "../linux/inode.ts";
import { rename, renameNoReplace } from "../linux/link.ts";
import { O, open, openAt } from "../linux/open.ts";
import { replaceFile } from "../linux/replace.ts";
import { exists } from "../linux/stat.ts";
import { endOf, type Walk } from "../media/layout/walk.ts";
import type { Layout } from "../media/layout.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { ImageConfig } from "../spec/image.ts";
import { manifestPath, writeManifestFile } from "./manifest-file.ts";
import { UMOCI_JSON, writeUmociMetadata } from "./umoci-metadata.ts";
import { type UnpackableImage, unpackableImage, unpackLayers } from "./unpack-image.ts";
import { removeAll, Workplace } from "./workplace.ts";

export interface UnpackOptions {
  readonly layout: Layout;
  readonly walk: Walk;
  /** As it goes into umoci.json, and as `completed` it goes into the files. */
  readonly mapping: IdMaps;
  readonly keepDirlinks: boolean;
  readonly limits: Limits;
  warn(message: string): void;
  progress?(progress: Progress): void;
  readonly stop?: AbortSignal | undefined;
}

export interface BundleOptions extends UnpackOptions {
  /** The text of config.json, of the image and its root file system at a path. */
  runtimeConfig(config: ImageConfig, rootfs: string): string;
}

const ROOTFS = "rootfs";
const CONFIG = "config.json";

/** Makes a bundle at `bundle`, where there may be a directory without config.json and rootfs. Throws `Failure`. */
export async function unpackBundle(bundle: string, options: BundleOptions): Promise<void> {
  const image = unpackableImage(options.layout, options.walk);
  await attempt("create runtime bundle", async () => {
    const there = exists(bundle);
    if (there) refuseOld(bundle);
    const [parent, name] = there ? [bundle, "unpack"] : split(bundle);
    const place = new Workplace(parent, name);
    try {
      await fillBundle(place, bundle, image, options);
      if (there) moveParts(place.path, bundle, endOf(options.walk).digest);
      else renameNoReplace(place.path, bundle);
    } finally {
      place.remove();
    }
  });
}

/** Unpacks into `rootfs` alone, which may be there and hold something. Throws `Failure`. */
export async function unpackRootfs(rootfs: string, options: UnpackOptions): Promise<void> {
  const image = unpackableImage(options.layout, options.walk);
  await attempt("unpack rootfs", async () => {
    if (exists(rootfs)) {
      const root = open(rootfs, O.RDONLY | O.DIRECTORY);
      try {
        await fillRootfs(root, image, options, { fresh: false, digest: false });
      } finally {
        close(root);
      }
      return;
    }
    const [parent, name] = split(rootfs);
    const place = new Workplace(parent, name);
    try {
      const root = makeRootfs(place.fd);
      try {
        await fillRootfs(root, image, options, { fresh: true, digest: false });
      } finally {
        close(root);
      }
      renameNoReplace(`${place.path}/${ROOTFS}`, rootfs);
    } finally {
      place.remove();
    }
  });
}

async function fillBundle(
  place: Workplace,
  bundle: string,
  image: UnpackableImage,
  options: BundleOptions,
): Promise<void> {
  const { walk, mapping } = options;
  const root = makeRootfs(place.fd);
  let index: HashIndexFile | undefined;
  try {
    const tree = await fillRootfs(root, image, options, { fresh: true, digest: true });
    // What the layers left to be collected is worth more, here, than the time that it takes.
    Bun.gc(true);
    index = HashIndexFile.create(place.fd);
    const records = index?.writer();
    const files = surveyTree(root, tree, records);
    index?.commit(records);
    index = undefined;
    writeManifestFile(manifestPath(place.path, endOf(walk).digest), files, `${bundle}/${ROOTFS}`);
  } finally {
    index?.abort();
    close(root);
  }
  const text = options.runtimeConfig(image.config, `${place.path}/${ROOTFS}`);
  replaceFile(`${place.path}/${CONFIG}`, text, { mode: 0o644 });
  writeUmociMetadata(place.path, { walk, mapping });
}

/** A root file system that is empty yet, open. */
function makeRootfs(place: number): number {
  mkdir(ROOTFS, 0o755, place);
  return openAt(place, ROOTFS, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
}

function fillRootfs(
  root: number,
  image: UnpackableImage,
  { mapping, keepDirlinks, limits, warn, progress, stop }: UnpackOptions,
  how: Pick<ApplyOptions, "fresh" | "digest">,
) {
  if (!mapping.rootless) fchown(root, hostId(0, mapping.uidMappings), hostId(0, mapping.gidMappings));
  if (how.fresh) fchmod(root, 0o755);
  return unpackLayers(image, root, {
    ...how,
    mapping,
    keepDirlinks,
    limits,
    warn,
    ...(progress && { progress }),
    ...(stop && { stop }),
  });
}

/** As umoci says it. */
function refuseOld(bundle: string): void {
  const hint = "Give a bundle that does not exist yet, or remove what is in this one.";
  if (exists(`${bundle}/${CONFIG}`)) {
    throw new Failure("bundle_exists", `config.json already exists in ${bundle}`, { hint });
  }
  if (exists(`${bundle}/${ROOTFS}`)) {
    throw new Failure("bundle_exists", `detecting rootfs: ${bundle}/${ROOTFS} already exists`, { hint });
  }
}

/** Puts the parts into a bundle's directory that was there. What was moved goes again when one cannot be. */
function moveParts(from: string, bundle: string, digest: string): void {
  const manifest = manifestPath("", digest).slice(1);
  const moved: string[] = [];
  const dir = open(bundle, O.RDONLY | O.DIRECTORY);
  try {
    for (const part of [ROOTFS, manifest, UMOCI_JSON, HASH_INDEX, CONFIG]) {
      if (part === HASH_INDEX) {
        // There may be none; and one that is there already says nothing of this root file system.
        if (exists(`${from}/${part}`)) rename(`${from}/${part}`, `${bundle}/${part}`);
        continue;
      }
      renameNoReplace(`${from}/${part}`, `${bundle}/${part}`);
      moved.push(part);
    }
  } catch (error) {
    for (const part of moved) removeAll(dir, part);
    throw error;
  } finally {
    close(dir);
  }
}

/** Parent directory and name of a path that need not end as it began: slashes at its end mean nothing. */
function split(path: string): [parent: string, name: string] {
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  const name = trimmed.slice(slash + 1);
  return [slash < 0 ? "." : slash === 0 ? "/" : trimmed.slice(0, slash), name];
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure) throw failureWithin(what, error);
    if (!(error instanceof LinuxError)) throw error;
    const refused = failedWith(error, "EACCES", "EPERM", "EROFS");
    throw new Failure("unpack", `${what}: ${error.message}`, {
      hint: refused
        ? "Choose a place where you may write; --rootless helps who is not root."
        : "Nothing was left behind; mend the file system, and unpack again.",
      cause: error,
    });
  }
}
