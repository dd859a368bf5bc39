/**
 * What an entry says besides its content: owner, then mode (a change of owner takes set-id bits away), then attributes, then
 * times. Files and directories are reached by descriptor, so that it is the very file that was made; links and nodes by
 * their name in the open directory.
 */

import { byteString, bytesOfString } from "../codec/byte-string.ts";
import type { TarEntry } from "../codec/tar/entry.ts";
import { failedWith } from "../linux/error.ts";
import { fchmod, setTimes } from "../linux/inode.ts";
import { geteuid } from "../linux/process.ts";
import { fstat } from "../linux/stat.ts";
import {
  removeXattrOf,
  removeXattrOfLink,
  setXattrOf,
  setXattrOfLink,
  xattrNamesOf,
  xattrNamesOfLink,
} from "../linux/xattr.ts";
import { HOST_ATTRIBUTES } from "./attributes.ts";
import { kernelName } from "./kernel-name.ts";

export const DEFAULT_ACL = "system.posix_acl_default";

/** An open file, or the path of what is reached by its name. */
type Target = number | Uint8Array;

/** A path that starts at an open directory, for calls that take no descriptor of one. */
export function pathBelow(dir: number, name: string): Uint8Array {
  return kernelName(`/proc/self/fd/${dir}/${name}`);
}

export class AttributeWriter {
  readonly #forgiving: boolean;
  readonly #warn: (message: string) => void;
  #unsupported = false;

  /** `forgiving`: what the kernel does not permit is left out, as without privileges it must be. */
  constructor(forgiving: boolean, warn: (message: string) => void) {
    this.#forgiving = forgiving;
    this.#warn = warn;
  }

  /** Takes all attributes away but the host's own; returns whether any is left. */
  clear(target: Target): boolean {
    const names = typeof target === "number" ? xattrNamesOf(target) : xattrNamesOfLink(target);
    if (names.length === 0) return false;
    let left = false;
    for (const name of byteString(names).split("\0").slice(0, -1)) {
      if (HOST_ATTRIBUTES.has(name)) left = true;
      else {
        try {
          if (typeof target === "number") removeXattrOf(target, kernelName(name));
          else removeXattrOfLink(target, kernelName(name));
        } catch (error) {
          if (!failedWith(error, "ENODATA", "EOPNOTSUPP") && !this.#forgives(error)) throw error;
          left = true;
        }
      }
    }
    return left;
  }

  /** Sets the attributes of an entry; returns whether any was set. Throws LinuxError. */
  set(target: Target, { name, xattrs }: TarEntry): boolean {
    let any = false;
    for (const [attribute, value] of xattrs) {
      const where = () => JSON.stringify(byteString(name)).slice(1, -1);
      if (HOST_ATTRIBUTES.has(attribute)) {
        this.#warn(`xattr{${where()}} ignoring forbidden xattr: ${JSON.stringify(attribute)}`);
        continue;
      }
      try {
        this.#setOne(target, bytesOfString(attribute), value);
        any = true;
      } catch (error) {
        const what = JSON.stringify(attribute);
        if (this.#forgives(error)) {
          this.#warn(`rootless{${where()}} ignoring (usually) harmless EPERM on setxattr ${what}`);
        } else if (failedWith(error, "EOPNOTSUPP")) {
          if (!this.#unsupported) this.#warn(`xattr{${where()}} ignoring ENOTSUP on setxattr ${what}`);
          this.#unsupported = true;
        } else throw error;
      }
    }
    return any;
  }

  #setOne(target: Target, name: Uint8Array, value: Uint8Array): void {
    if (typeof target !== "number") {
      setXattrOfLink(target, name, value);
      return;
    }
    try {
      setXattrOf(target, name, value);
    } catch (error) {
      // An attribute of user.* needs the permission to write, which the file's own mode may refuse its owner.
      if (!failedWith(error, "EACCES") || geteuid() === 0) throw error;
      const mode = fstat(target).mode & 0o7777;
      fchmod(target, mode | 0o600);
      try {
        setXattrOf(target, name, value);
      } finally {
        fchmod(target, mode);
      }
    }
  }

  #forgives(error: unknown): boolean {
    return this.#forgiving && failedWith(error, "EPERM", "EACCES");
  }
}

/** Sets the times that the entry gives to what has that name; an entry without a time of access has that of its change. */
export function setEntryTimes({ atime, mtime }: TarEntry, name: Uint8Array, dir: number): void {
  setTimes(name, atime ?? mtime, mtime, dir);
}
