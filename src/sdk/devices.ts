/**
 * Devices of the host given to a container, before its program starts or while it runs: the permission of its control group, by
 * whichever version the host has, and the node where the container looks for it. From the host's side, since no container may do it.
 */

import { allowDevice, type DeviceNumber } from "../linux/device-group.ts";
import { list } from "../linux/directory.ts";
import { openTree } from "../linux/mount.ts";
import { namespaceId } from "../linux/namespace.ts";
import { readTextIfThere } from "../linux/read.ts";
import { lstatIfThere, stat, TYPE } from "../linux/stat.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Call, Capability } from "./define.ts";
import { putInto } from "./mounts.ts";
import { processOf } from "./namespaces.ts";
import { type Rootfs, rootAsMounted } from "./rootfs.ts";

/** A device of the host. */
export interface Device extends DeviceNumber {
  /** Where its node is on the host, usually; `""` when the kernel has no name for it. */
  readonly path: string;
  /** Permission bits and owner of that node; 0600 and root's when there is none. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface DeviceOptions {
  /** Absolute path in the container; that on the host when absent. */
  target?: string;
  /** What the container may do: letters of `r`, `w` and `m` (mknod); `rwm` when absent. */
  access?: string;
  /** Of the node in the container; those of the host's when absent. */
  mode?: number;
  uid?: number;
  gid?: number;
}

export interface Devices {
  /** The device that a path of the host leads to. Throws `Failure` `no_device`. */
  at(path: string): Device;
  /** The devices of a class of the host, such as `drm` or `block` (/sys/class). Throws `Failure` `no_device` when there is none. */
  ofClass(name: string): Device[];
  /** The device with these numbers, whether it has a node on the host or not. */
  numbered(type: "c" | "b", major: number, minor: number): Device;
  /**
   * Lets the container use a device, and makes its node. A node for the same device stays as it is. Throws `Failure`
   * `device_in_the_way` when something else is there, `no_node`; LinuxError.
   */
  add(device: Device, options?: DeviceOptions): void;
}

const LIMIT = 4096;

export const devices: Capability<Devices, "prestart" | "createRuntime" | "poststart"> = {
  name: "devices",
  stages: ["prestart", "createRuntime", "poststart"],
  because: "only from the host's side can a container be given a device, by the number of its process",
  open: (call) => {
    let root: Rootfs | undefined;
    return {
      at: deviceAt,
      ofClass,
      numbered,
      add: (device, options = {}) => {
        root ??= rootAsMounted(call);
        add(call, root, device, options);
      },
    };
  },
};

function deviceAt(path: string): Device {
  const found = nodeAt(path);
  if (found !== null) return found;
  throw new Failure("no_device", `look at the device ${path}: it is none`, {
    hint: "name a character or block device of the host",
    exitCode: EXIT.missing,
  });
}

function nodeAt(path: string): Device | null {
  // Links of the host are followed: /dev/disk/by-id is full of them.
  if (lstatIfThere(path) === null) return null;
  const { mode, uid, gid, represents } = stat(path);
  const type = { [TYPE.characterDevice]: "c", [TYPE.blockDevice]: "b" }[mode & TYPE.mask];
  if (type !== "c" && type !== "b") return null;
  const [major, minor] = [Math.floor(represents / 0x10_0000), represents % 0x10_0000];
  return { type, major, minor, path, mode: mode & 0o777, uid, gid };
}

function ofClass(name: string): Device[] {
  const directory = `/sys/class/${name}`;
  const found: Device[] = [];
  if (name !== "" && !name.includes("/") && lstatIfThere(directory) !== null) {
    for (const entry of list(directory)) {
      const [major, minor] = (readTextIfThere(`${directory}/${entry.name}/dev`, LIMIT) ?? "").split(":");
      if (minor !== undefined)
        found.push(numbered(name === "block" ? "b" : "c", Number(major), Number(minor)));
    }
  }
  if (found.length > 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new Failure("no_device", `look for devices of the class ${name}: there are none in ${directory}`, {
    exitCode: EXIT.missing,
  });
}

/** By the name that the kernel has for it, where a node of that name is this device. */
function numbered(type: "c" | "b", major: number, minor: number): Device {
  const facts = readTextIfThere(
    `/sys/dev/${type === "b" ? "block" : "char"}/${major}:${minor}/uevent`,
    LIMIT,
  );
  const line = facts?.split("\n").find((one) => one.startsWith("DEVNAME="));
  const path = line === undefined ? "" : `/dev/${line.slice("DEVNAME=".length)}`;
  const node = path === "" ? null : nodeAt(path);
  if (node?.type === type && node.major === major && node.minor === minor) return node;
  return { type, major, minor, path, mode: 0o600, uid: 0, gid: 0 };
}

function add(call: Call, root: Rootfs, device: Device, options: DeviceOptions): void {
  const target = options.target ?? device.path;
  if (target === "") {
    throw new Failure(
      "no_node",
      `add the device ${device.type} ${device.major}:${device.minor}: it has no name`,
      {
        hint: "say where its node shall be in the container",
      },
    );
  }
  const pid = processOf(call);
  allowDevice(pid, device, options.access ?? "rwm");
  if (namespaceId("user", pid) === namespaceId("user")) root.makeDevice(target, { ...device, ...options });
  else bind(call, root, device, target);
}

/** In a user namespace the kernel opens no node that lies on a file system of that namespace: the host's own is shown there. */
function bind(call: Call, root: Rootfs, { path }: Device, target: string): void {
  if (path === "" || nodeAt(path) === null) {
    throw new Failure("no_node", `add the device ${target}: the host has no node for it to be shown`, {
      hint: "a container with a user namespace can only be shown nodes of the host",
    });
  }
  putInto(call, root, openTree(path), target);
}
