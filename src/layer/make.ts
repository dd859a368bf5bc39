/** Making what has no content: directories, symbolic links, fifos and device nodes. Nothing has the name any more. */

import { byteString } from "../codec/byte-string.ts";
import type { TarEntry } from "../codec/tar/entry.ts";
import { close } from "../linux/descriptor.ts";
import { mkdir } from "../linux/directory.ts";
import { chmodHandle, fchmod, fchown, lchown, makeNode } from "../linux/inode.ts";
import { symlink } from "../linux/link.ts";
import { O, openAt } from "../linux/open.ts";
import { getegid, geteuid, umask } from "../linux/process.ts";
import { TYPE } from "../linux/stat.ts";
import { kernelName } from "./kernel-name.ts";
import { type AttributeWriter, DEFAULT_ACL, pathBelow, setEntryTimes } from "./metadata.ts";
import { Directory, Leaf } from "./node.ts";
import type { Owner } from "./owner-inside.ts";
import type { Resolved, Tree } from "./tree.ts";

const OWNER_RIGHTS = 0o700;
const SET_GID = 0o2000;

export class Maker {
  readonly #tree: Tree;
  readonly #attributes: AttributeWriter;
  readonly #rootless: boolean;
  readonly #warn: (message: string) => void;
  readonly #uid = geteuid();
  readonly #gid = getegid();
  /** Of directories that no entry describes. */
  readonly #implied: number;

  constructor(tree: Tree, attributes: AttributeWriter, rootless: boolean, warn: (message: string) => void) {
    this.#tree = tree;
    this.#attributes = attributes;
    this.#rootless = rootless;
    this.#warn = warn;
    const mask = umask(0);
    umask(mask);
    this.#implied = 0o777 & ~mask;
  }

  /** Makes the directories that are missing on the way to an entry, in place of whatever else is there. */
  missing({ base, missing }: Resolved): Directory {
    let parent = base;
    for (const name of missing) {
      const old = this.#tree.child(parent, name);
      if (old !== undefined) this.#tree.remove(old);
      mkdir(kernelName(name), this.#implied, this.#tree.descriptor(parent));
      const directory = new Directory(name, parent, true);
      directory.bequeaths = parent.bequeaths;
      directory.attributes = parent.bequeaths;
      this.#tree.add(directory);
      parent = directory;
    }
    return parent;
  }

  directory(parent: Directory, name: string, entry: TarEntry, owner: Owner): Directory {
    const mode = entry.mode & 0o7777;
    mkdir(kernelName(name), (mode & 0o777) | OWNER_RIGHTS, this.#tree.descriptor(parent));
    const directory = new Directory(name, parent, true);
    directory.times = timesOf(entry);
    this.#tree.add(directory);
    const mine = this.#isMine(owner);
    const plain = mine && !parent.bequeaths && mode <= 0o777 && (mode & OWNER_RIGHTS) === OWNER_RIGHTS;
    if (!plain || entry.xattrs.size > 0) this.#describe(directory, entry, owner, parent.bequeaths);
    return directory;
  }

  /** Gives a directory that is there the metadata of an entry. */
  applyToDirectory(directory: Directory, entry: TarEntry, owner: Owner): void {
    // What it holds, and its times, are looked at before anything changes them.
    this.#tree.children(directory);
    this.#describe(directory, entry, owner, true);
    directory.times = timesOf(entry);
  }

  symbolicLink(parent: Directory, name: string, entry: TarEntry, owner: Owner): Leaf {
    const dir = this.#tree.descriptor(parent);
    const target = entry.link;
    symlink(target, kernelName(name), dir);
    const leaf = new Leaf(name, parent, { attributes: false }, byteString(target));
    this.#tree.add(leaf);
    if (!this.#isMine(owner) || parent.bequeaths) this.#chown(name, owner, dir);
    this.#attribute(leaf, entry, dir, false);
    setEntryTimes(entry, kernelName(name), dir);
    return leaf;
  }

  node(parent: Directory, name: string, entry: TarEntry, owner: Owner): Leaf {
    const dir = this.#tree.descriptor(parent);
    const mode = entry.mode & 0o7777;
    const bytes = kernelName(name);
    const isDevice = entry.type !== "fifo";
    if (isDevice && this.#rootless) {
      this.#warn(
        `rootless{${byteString(entry.name)}} creating empty file in place of device ${entry.major}:${entry.minor}`,
      );
      close(openAt(dir, bytes, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600));
    } else makeNode(bytes, TYPES[entry.type] ?? TYPE.fifo, entry.major, entry.minor, dir);
    const leaf = new Leaf(name, parent, { attributes: false });
    this.#tree.add(leaf);
    if (!this.#isMine(owner) || parent.bequeaths) this.#chown(name, owner, dir);
    const handle = openAt(dir, bytes, O.PATH | O.NOFOLLOW);
    try {
      chmodHandle(handle, mode);
    } finally {
      close(handle);
    }
    this.#attribute(leaf, entry, dir, parent.bequeaths);
    setEntryTimes(entry, bytes, dir);
    return leaf;
  }

  #describe(directory: Directory, entry: TarEntry, owner: Owner, inherits: boolean): void {
    const fd = this.#tree.descriptor(directory);
    const mode = entry.mode & 0o7777;
    if (!this.#rootless) fchown(fd, owner.uid, owner.gid);
    // What root may do anyway, somebody else needs until all is in place.
    const open = this.#uid === 0 ? mode : mode | OWNER_RIGHTS;
    fchmod(fd, open);
    directory.mode = open === mode ? undefined : mode;
    if (inherits) directory.attributes = this.#attributes.clear(fd);
    if (entry.xattrs.size > 0 && this.#attributes.set(fd, entry)) directory.attributes = true;
    directory.bequeaths =
      (mode & SET_GID) !== 0 || entry.xattrs.has(DEFAULT_ACL) || (inherits && directory.attributes);
  }

  #attribute(leaf: Leaf, entry: TarEntry, dir: number, inherits: boolean): void {
    if (!inherits && entry.xattrs.size === 0) return;
    const path = pathBelow(dir, leaf.name);
    if (inherits) leaf.content.attributes = this.#attributes.clear(path);
    if (this.#attributes.set(path, entry)) leaf.content.attributes = true;
  }

  #isMine(owner: Owner): boolean {
    return this.#rootless || (owner.uid === this.#uid && owner.gid === this.#gid);
  }

  #chown(name: string, owner: Owner, dir: number): void {
    if (!this.#rootless) lchown(kernelName(name), owner.uid, owner.gid, dir);
  }
}

const TYPES: Partial<Record<TarEntry["type"], number>> = {
  fifo: TYPE.fifo,
  characterDevice: TYPE.characterDevice,
  blockDevice: TYPE.blockDevice,
};

function timesOf({ atime, mtime }: TarEntry): Directory["times"] {
  return { atime: atime ?? mtime, mtime };
}
