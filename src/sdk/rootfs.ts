/**
 * The container's root file system, as a root that nothing leads out of: every path in it, and every link on the way, is followed as
 * the container would follow it (openat2 RESOLVE_IN_ROOT), so a link to /etc/shadow of an image is the image's own file.
 */

import { close } from "../linux/descriptor.ts";
import type { DeviceNumber } from "../linux/device-group.ts";
import { mkdir } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { chmodHandle, fchmod, fchown, lchown, makeNode } from "../linux/inode.ts";
import { readlink, rename, unlinkIfThere } from "../linux/link.ts";
import { visitNamespace } from "../linux/namespace.ts";
import { O, open, openAt, openIn, RESOLVE } from "../linux/open.ts";
import { decode } from "../linux/primitive.ts";
import { randomHex } from "../linux/random.ts";
import { readToEnd } from "../linux/read.ts";
import { fstat, lstatIfThere, type Stat, TYPE } from "../linux/stat.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import type { Stage } from "../spec/stage.ts";
import { readConfig } from "./config.ts";
import type { Call, Capability } from "./define.ts";

const CONFINED = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;
/** As the kernel: more links than this are a circle. */
const MOST_LINKS = 40;
const ELOOP = 40;
const LIMIT = 1024 * 1024;

export const rootfs: Capability<Rootfs, Exclude<Stage, "poststop">> = {
  name: "rootfs",
  stages: ["precreate", "prestart", "createRuntime", "createContainer", "startContainer", "poststart"],
  because: "the container's file system may be gone",
  open: (call) => new Rootfs(rootOf(call)),
};

/** At createRuntime it is the directory on the host, without what is mounted in the container. */
function rootOf(call: Call): string {
  const { stage, container } = call;
  if (stage === "startContainer") return "/";
  if (stage === "poststart") {
    if (container.pid !== undefined) return `/proc/${container.pid}/root`;
    throw new Failure("no_process", "find the container's root: the state names no process");
  }
  const path = readConfig(call).root?.path;
  if (typeof path === "string" && path !== "") return path[0] === "/" ? path : `${container.bundle}/${path}`;
  throw new Failure(
    "no_rootfs",
    `find the container's root: ${container.bundle}/config.json has no root.path`,
  );
}

/**
 * With what is mounted in it, from outside as from inside: at createRuntime the container's process has its mounts already, and not yet
 * its root.
 */
export function rootAsMounted(call: Call): Rootfs {
  const path = rootOf(call);
  const { pid } = call.container;
  return pid === undefined || call.stage === "poststart"
    ? new Rootfs(path)
    : visitNamespace(pid, "mnt", () => new Rootfs(path));
}

/** A path as the container means it: absolute, or from its `/`. */
type Inside = string;

export interface DeviceNode extends DeviceNumber {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

interface Place {
  /** Directory, O.PATH. */
  readonly parent: number;
  readonly name: string;
  /** What has the name, never a link; null when nothing does. */
  readonly stat: Stat | null;
}

export class Rootfs {
  /** Where the root is for the hook. */
  readonly path: string;
  /** Open on it (O.PATH). */
  readonly fd: number;

  constructor(path: string) {
    this.path = path;
    this.fd = open(path, O.PATH | O.DIRECTORY);
  }

  /** An O.PATH descriptor of what a path leads to, for the caller to close; null when nothing is there. Throws LinuxError. */
  find(path: Inside): number | null {
    try {
      return openIn(this.fd, path, O.PATH, CONFINED);
    } catch (error) {
      if (failedWith(error, "ENOENT", "ENOTDIR")) return null;
      throw error;
    }
  }

  /** What a path leads to: its type (one of the TYPE bits of the mode), owner, size; null when nothing is there. */
  stat(path: Inside): Stat | null {
    const fd = this.find(path);
    if (fd === null) return null;
    try {
      return fstat(fd);
    } finally {
      close(fd);
    }
  }

  isDirectory(path: Inside): boolean {
    const stat = this.stat(path);
    return stat !== null && (stat.mode & TYPE.mask) === TYPE.directory;
  }

  /** The text of a regular file of at most `limit` bytes; null when there is none. Never waits: a fifo or a device throws. */
  readText(path: Inside, limit = LIMIT): string | null {
    const stat = this.stat(path);
    if (stat === null) return null;
    refuseAllBut(TYPE.file, stat, path);
    const fd = openIn(this.fd, path, O.RDONLY | O.NONBLOCK, CONFINED);
    try {
      return decode(readToEnd(fd, limit, stat.size, path));
    } finally {
      close(fd);
    }
  }

  /** Makes a directory and what is missing above it; one that exists is left as it is. */
  makeDirectory(path: Inside, mode = 0o755): void {
    const known = this.find(path);
    if (known !== null) {
      close(known);
      return;
    }
    const cut = withoutSlashes(path).lastIndexOf("/");
    if (cut > 0) this.makeDirectory(path.slice(0, cut), mode);
    this.#at(path, ({ parent, name, stat }) => {
      if (stat === null) mkdir(name, mode, parent);
    });
  }

  /**
   * Puts a file in place, by a rename; where a mount stands it is written over instead. A link is followed to where it leads. The
   * directory must be there. A file that exists keeps its mode and owner; a new one gets `mode` and is root's.
   */
  writeText(path: Inside, text: string, mode = 0o644): void {
    this.#at(path, ({ parent, name, stat }) => {
      if (stat !== null) refuseAllBut(TYPE.file, stat, path);
      const temporary = `.${name}.${randomHex(6)}`;
      const fd = openAt(parent, temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
      try {
        write(fd, text);
        if (stat !== null) fchown(fd, stat.uid, stat.gid);
        fchmod(fd, stat === null ? mode : stat.mode & 0o7777);
        rename(temporary, name, parent);
      } catch (error) {
        unlinkIfThere(temporary, parent);
        if (!failedWith(error, "EBUSY")) throw error;
        this.#overwrite(parent, name, text);
      } finally {
        close(fd);
      }
    });
  }

  /**
   * Makes a device node, complete before it has its name; what is missing above it is made. One for the same device stays as it is.
   * Throws `Failure` `device_in_the_way` when something else is there; LinuxError.
   */
  makeDevice(path: Inside, device: DeviceNode): void {
    const directory = withoutSlashes(path);
    if (directory.lastIndexOf("/") > 0) this.makeDirectory(directory.slice(0, directory.lastIndexOf("/")));
    const { type, major, minor, mode, uid, gid } = device;
    const bits = type === "b" ? TYPE.blockDevice : TYPE.characterDevice;
    const isIt = (stat: Stat) =>
      (stat.mode & TYPE.mask) === bits && stat.represents === major * 0x10_0000 + minor;
    this.#at(path, ({ parent, name, stat }) => {
      if (stat !== null && isIt(stat)) return;
      if (stat !== null)
        throw new Failure("device_in_the_way", `make the device ${path}: something else is there`);
      const temporary = `.${name}.${randomHex(6)}`;
      makeNode(temporary, bits, major, minor, parent);
      try {
        lchown(temporary, uid, gid, parent);
        const fd = openAt(parent, temporary, O.PATH | O.NOFOLLOW);
        try {
          // Whoever runs in there could have put something else under that name.
          if (isIt(fstat(fd))) chmodHandle(fd, mode);
        } finally {
          close(fd);
        }
        rename(temporary, name, parent);
      } finally {
        unlinkIfThere(temporary, parent);
      }
    });
  }

  #overwrite(parent: number, name: string, text: string): void {
    const fd = openAt(parent, name, O.WRONLY | O.TRUNC | O.NOFOLLOW | O.NONBLOCK);
    try {
      write(fd, text);
    } finally {
      close(fd);
    }
  }

  /** Gives `work` the directory and the name that a path means once its last link is followed. */
  #at<T>(path: Inside, work: (place: Place) => T): T {
    let at = withoutSlashes(path);
    for (let links = 0; links <= MOST_LINKS; links++) {
      const slash = at.lastIndexOf("/");
      const directory = slash <= 0 ? "/" : at.slice(0, slash);
      const name = at.slice(slash + 1);
      if (name === "" || name === "." || name === "..")
        throw new Failure("bad_path", `use ${path}: it names no file`);
      const parent = openIn(this.fd, directory, O.PATH | O.DIRECTORY, CONFINED);
      try {
        const stat = lstatIfThere(name, parent);
        if (stat === null || (stat.mode & TYPE.mask) !== TYPE.link) return work({ parent, name, stat });
        const target = readlink(name, parent);
        at = target[0] === "/" ? target : `${directory}/${target}`;
      } finally {
        close(parent);
      }
    }
    throw new LinuxError("openat2", ELOOP, path);
  }
}

/** Without a pattern: a hook starts faster without that engine. */
function withoutSlashes(path: Inside): Inside {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}

function refuseAllBut(type: number, stat: Stat, path: Inside): void {
  if ((stat.mode & TYPE.mask) === type) return;
  throw new Failure("not_a_file", `use ${path} of the container: it is no regular file`);
}
