/**
 * Mounts put into the container, before its program starts (createRuntime, createContainer) or while it runs (poststart). A mount is made where
 * nobody sees it, with all that it shall be, and then put in place in one step; its place is found as the container would find it.
 */

import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { makeMount } from "../linux/file-system.ts";
import { ATTRIBUTE, MS, moveMount, openTree, setMountAttributes } from "../linux/mount.ts";
import { namespaceId, visitNamespace } from "../linux/namespace.ts";
import { O, open } from "../linux/open.ts";
import { withFileOwner } from "../linux/process.ts";
import { readText } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import type { Call, Capability } from "./define.ts";
import { processOf } from "./namespaces.ts";
import { type Rootfs, rootAsMounted } from "./rootfs.ts";

const LIMIT = 64 * 1024;

export interface MountOptions {
  readonly?: boolean;
  /** False when absent, as for the next two: programs may set ids, devices work, programs run. */
  nosuid?: boolean;
  nodev?: boolean;
  noexec?: boolean;
}

export interface BindOptions extends MountOptions {
  /** With what is mounted below the source. */
  recursive?: boolean;
  /** How mounts made later on either side are seen on the other; `private` when absent. */
  propagation?: "private" | "slave" | "shared" | "unbindable";
  /** Owners are mapped as the container's user namespace maps them; not at createContainer. */
  idmap?: boolean;
}

export interface Mounts {
  /**
   * Shows a file or directory of the host at `target`; a link at the source's end is not followed. What is missing at the target is
   * made. Throws `Failure` `mount_kind` when one is a directory and the other is not; LinuxError.
   */
  bind(source: string, target: string, options?: BindOptions): void;
  /** A new tmpfs. `size` as the kernel takes it, such as `64m` or `10%`; `mode` in octal digits. Throws LinuxError. */
  tmpfs(target: string, options?: MountOptions & { size?: string; mode?: string }): void;
  /** Directories of the host, one over the other, the uppermost of `lower` first; without `upper` and `work` it is read-only. */
  overlay(
    target: string,
    layers: { lower: readonly string[]; upper?: string; work?: string },
    options?: MountOptions,
  ): void;
}

export const mounts: Capability<Mounts, "prestart" | "createRuntime" | "createContainer" | "poststart"> = {
  name: "mounts",
  stages: ["prestart", "createRuntime", "createContainer", "poststart"],
  because: "the container's mounts are not in place, or gone, or cannot be reached",
  open: (call) => {
    let root: Rootfs | undefined;
    const place = (tree: number, target: string) => {
      root ??= rootAsMounted(call);
      putInto(call, root, tree, target);
    };
    return {
      bind: (source, target, options = {}) => place(bindTree(call, source, options), target),
      tmpfs: (target, options = {}) => place(tmpfsTree(options), target),
      overlay: (target, layers, options = {}) => place(overlayTree(layers, options), target),
    };
  },
};

function bindTree(call: Call, source: string, options: BindOptions): number {
  const recursive = options.recursive === true;
  const tree = openTree(source, recursive);
  try {
    const propagation = PROPAGATION[options.propagation ?? "private"];
    let set = attributesOf(options);
    if (options.idmap !== true) {
      setMountAttributes(tree, set, 0, recursive, { propagation });
      return tree;
    }
    if (call.container.pid === undefined) {
      throw new Failure(
        "idmap_stage",
        `mount ${source} idmapped at ${call.stage}: the container's user namespace is not known`,
        {
          hint: "attach the hook at createRuntime or poststart",
        },
      );
    }
    set |= ATTRIBUTE.IDMAP;
    const userNamespace = open(`/proc/${processOf(call)}/ns/user`, O.RDONLY);
    try {
      setMountAttributes(tree, set, 0, recursive, { propagation, userNamespace });
    } finally {
      close(userNamespace);
    }
    return tree;
  } catch (error) {
    close(tree);
    throw error;
  }
}

const PROPAGATION = {
  private: MS.PRIVATE,
  slave: MS.SLAVE,
  shared: MS.SHARED,
  unbindable: MS.UNBINDABLE,
} as const;

function tmpfsTree({ size, mode, ...options }: MountOptions & { size?: string; mode?: string }): number {
  const parameters: [string, string][] = [];
  if (size !== undefined) parameters.push(["size", size]);
  if (mode !== undefined) parameters.push(["mode", mode]);
  return makeMount("tmpfs", parameters, attributesOf(options));
}

function overlayTree(
  { lower, upper, work }: { lower: readonly string[]; upper?: string; work?: string },
  options: MountOptions,
): number {
  const escaped = lower.map((path) => path.replaceAll("\\", "\\\\").replaceAll(":", "\\:"));
  const parameters: [string, string][] = [["lowerdir", escaped.join(":")]];
  if (upper !== undefined) parameters.push(["upperdir", upper]);
  if (work !== undefined) parameters.push(["workdir", work]);
  return makeMount("overlay", parameters, attributesOf(options));
}

function attributesOf({ readonly, nosuid, nodev, noexec }: MountOptions): number {
  return (
    (readonly ? ATTRIBUTE.RDONLY : 0) |
    (nosuid ? ATTRIBUTE.NOSUID : 0) |
    (nodev ? ATTRIBUTE.NODEV : 0) |
    (noexec ? ATTRIBUTE.NOEXEC : 0)
  );
}

/** Puts a mount at its place in the container, and closes it. A mount can only be put where the process itself is. */
export function putInto(call: Call, root: Rootfs, tree: number, target: string): void {
  const { pid } = call.container;
  try {
    const directory = isDirectory(tree);
    if (root.stat(target) === null) {
      const make = () => (directory ? root.makeDirectory(target) : makeFile(root, target));
      if (pid === undefined) make();
      else asRootOf(pid, make);
    }
    const place = root.find(target);
    if (place === null)
      throw new Failure("mount_target", `mount at ${target}: it does not exist in the container`);
    try {
      if (isDirectory(place) !== directory) {
        const [what, where] = directory ? ["a directory", "none"] : ["no directory", "one"];
        throw new Failure(
          "mount_kind",
          `mount at ${target}: what is mounted is ${what}, and the place is ${where}`,
        );
      }
      const move = () => moveMount(tree, "", place);
      if (pid === undefined) move();
      else visitNamespace(pid, "mnt", move);
    } finally {
      close(place);
    }
  } finally {
    close(tree);
  }
}

/**
 * Files of a user namespace belong to its own users: root of the host is none of them, and can make none on a file system of that
 * namespace. On one of the host's it can, where the container's root may not.
 */
function asRootOf(pid: number, work: () => void): void {
  if (namespaceId("user", pid) === namespaceId("user")) {
    work();
    return;
  }
  try {
    withFileOwner(hostIdOf(pid, "uid"), hostIdOf(pid, "gid"), work);
  } catch (error) {
    if (!failedWith(error, "EACCES")) throw error;
    work();
  }
}

/** What the container's 0 is on the host. */
function hostIdOf(pid: number, kind: "uid" | "gid"): number {
  for (const line of readText(`/proc/${pid}/${kind}_map`, LIMIT).split("\n")) {
    const [inside, outside] = line.trim().split(/ +/);
    if (inside === "0") return Number(outside);
  }
  throw new Failure("no_root", `mount into the container: its user namespace has no ${kind} 0`);
}

function makeFile(root: Rootfs, path: string): void {
  const slash = path.lastIndexOf("/");
  if (slash > 0) root.makeDirectory(path.slice(0, slash));
  root.writeText(path, "");
}

function isDirectory(fd: number): boolean {
  return (fstat(fd).mode & TYPE.mask) === TYPE.directory;
}
