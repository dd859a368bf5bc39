/**
 * The root file system as the unpacker sees it: a tree in memory, in which paths and links are resolved without a system
 * call, over directories that are opened component by component and never through a link. So whatever a layer or another
 * process puts in the way, nothing outside of the root is reached.
 */

import { byteString } from "../codec/byte-string.ts";
import { close } from "../linux/descriptor.ts";
import { eachEntry, rmdir } from "../linux/directory.ts";
import { failedWith } from "../linux/error.ts";
import { chmodHandle } from "../linux/inode.ts";
import { readlinkBytes, unlinkIfThere } from "../linux/link.ts";
import { O, openAt, openIn, RESOLVE } from "../linux/open.ts";
import { fstat, lstat, TYPE } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import { kernelName } from "./kernel-name.ts";
import { Directory, type FileNode, Leaf, pathOf } from "./node.ts";

/** A path may go through this many symbolic links. */
const MOST_LINKS = 255;
/** So many directories stay open. */
const MOST_OPEN = 128;
const RIGHTS = 0o700;

/** A directory, and what is missing between it and the place that was asked for. */
export interface Resolved {
  readonly base: Directory;
  readonly missing: string[];
}

export class Tree {
  readonly root: Directory;
  readonly #open: Directory[] = [];
  #pinned: Directory | undefined;

  /** `fd`: the open root, which stays the caller's. `complete`: it is known to be empty. */
  constructor(fd: number, complete: boolean) {
    this.root = new Directory("", undefined, complete);
    this.root.fd = fd;
  }

  /** Closes all directories but the root. */
  close(): void {
    for (const directory of this.#open.splice(0)) this.#close(directory);
  }

  /** What has this name in a directory. */
  child(directory: Directory, name: string): FileNode | undefined {
    if (!directory.complete) this.#list(directory);
    return directory.children.get(name);
  }

  /** All that a directory holds. */
  children(directory: Directory): FileNode[] {
    if (!directory.complete) this.#list(directory);
    return [...directory.children.values()];
  }

  add(node: FileNode): void {
    node.parent?.children.set(node.name, node);
  }

  /**
   * Where the components lead as directories, links followed as if the root were `/`. What is missing, or is no directory,
   * is taken for a directory that is yet to be made. @throws Failure for too many links
   */
  resolve(components: readonly string[]): Resolved {
    let base = this.root;
    const missing: string[] = [];
    const ahead = [...components].reverse();
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (missing.length > 0) missing.pop();
        else base = base.parent ?? base;
        continue;
      }
      const found = missing.length > 0 ? undefined : this.child(base, name);
      if (found instanceof Directory) base = found;
      else if (found?.target === undefined) missing.push(name);
      else {
        if (++links > MOST_LINKS) throw tooManyLinks(components);
        if (found.target.startsWith("/")) base = this.root;
        for (const part of found.target.split("/").reverse()) ahead.push(part);
      }
    }
    return { base, missing };
  }

  /** A descriptor of the directory; it holds until other directories are asked for. */
  descriptor(directory: Directory): number {
    if (directory.fd >= 0) return directory.fd;
    const closed: Directory[] = [];
    let at = directory;
    while (at.fd < 0 && at.parent !== undefined) {
      closed.push(at);
      at = at.parent;
    }
    for (const next of closed.reverse()) {
      next.fd = openDirectory(next, at.fd);
      this.#remember(next);
      at = next;
    }
    return directory.fd;
  }

  /** Descriptors of two directories at once. */
  descriptors(one: Directory, other: Directory): [number, number] {
    this.descriptor(one);
    this.#pinned = one;
    try {
      return [one.fd, this.descriptor(other)];
    } finally {
      this.#pinned = undefined;
    }
  }

  /** Takes a file away, or a directory with all that is in it. */
  remove(node: FileNode): void {
    const rest: { node: FileNode; emptied: boolean }[] = [{ node, emptied: false }];
    for (let last = rest.pop(); last !== undefined; last = rest.pop()) {
      const { parent } = last.node;
      if (parent === undefined) throw new Error("the root is not removed");
      if (last.node instanceof Directory && !last.emptied) {
        rest.push({ node: last.node, emptied: true });
        for (const child of this.children(last.node)) rest.push({ node: child, emptied: false });
        continue;
      }
      if (last.node instanceof Directory) {
        this.#close(last.node);
        rmdir(kernelName(last.node.name), this.descriptor(parent));
      } else unlinkIfThere(kernelName(last.node.name), this.descriptor(parent));
      parent.children.delete(last.node.name);
    }
  }

  /** Notes that the layer has an entry at the node. */
  touch(node: FileNode, layer: number): void {
    let at: FileNode | undefined = node;
    while (at !== undefined && at.touched !== layer) {
      at.touched = layer;
      at = at.parent;
    }
  }

  /** Reads what a directory that was there before holds, and the times that it is to keep. */
  #list(directory: Directory): void {
    const fd = this.descriptor(directory);
    if (directory.times === undefined) {
      const { atimeSeconds, atimeNanoseconds, mtimeSeconds, mtimeNanoseconds } = fstat(fd);
      directory.times = {
        atime: { seconds: atimeSeconds, nanoseconds: atimeNanoseconds },
        mtime: { seconds: mtimeSeconds, nanoseconds: mtimeNanoseconds },
      };
    }
    const listing = openAt(fd, ".", O.RDONLY | O.DIRECTORY);
    try {
      const names: string[] = [];
      eachEntry(listing, (name) => names.push(byteString(name)));
      for (const name of names) {
        if (!directory.children.has(name)) this.add(met(directory, name, fd));
      }
    } catch (error) {
      if (failedWith(error, "ENOENT", "EINVAL")) throw swapped(directory, error);
      throw error;
    } finally {
      close(listing);
    }
    directory.complete = true;
  }

  #remember(directory: Directory): void {
    this.#open.push(directory);
    if (this.#open.length <= MOST_OPEN) return;
    const oldest = this.#open.findIndex((one) => one !== this.#pinned);
    for (const one of this.#open.splice(oldest, 1)) this.#close(one);
  }

  #close(directory: Directory): void {
    if (directory.fd < 0 || directory.parent === undefined) return;
    close(directory.fd);
    directory.fd = -1;
  }
}

/** A file that was there before. */
function met(parent: Directory, name: string, fd: number): FileNode {
  const { mode } = lstat(kernelName(name), fd);
  const type = mode & TYPE.mask;
  if (type === TYPE.directory) {
    const directory = new Directory(name, parent, false);
    // What it bequeaths is not known, so each file that is made in it is looked after.
    directory.bequeaths = true;
    return directory;
  }
  const target = type === TYPE.link ? byteString(readlinkBytes(kernelName(name), fd)) : undefined;
  return new Leaf(name, parent, { attributes: true }, target);
}

/** Opens a directory below an open one. One of our own that its mode closes is opened up, until all is done. */
function openDirectory(directory: Directory, parent: number): number {
  const name = kernelName(directory.name);
  const within = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS | RESOLVE.NO_SYMLINKS;
  try {
    return openIn(parent, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW, within);
  } catch (error) {
    if (failedWith(error, "ELOOP", "ENOTDIR", "ENOENT")) throw swapped(directory, error);
    if (!failedWith(error, "EACCES")) throw error;
    const handle = openIn(parent, name, O.PATH | O.DIRECTORY | O.NOFOLLOW, within);
    try {
      const mode = fstat(handle).mode & 0o7777;
      if ((mode & RIGHTS) === RIGHTS) throw error;
      chmodHandle(handle, mode | RIGHTS);
      directory.mode ??= mode;
    } finally {
      close(handle);
    }
    return openIn(parent, name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW, within);
  }
}

function swapped(directory: Directory, cause: unknown): Failure {
  const path = JSON.stringify(pathOf(directory));
  return new Failure("rootfs_changed", `look into directory ${path}: another process changes it`, {
    hint: "Stop what writes to the root file system, and unpack again.",
    cause,
  });
}

function tooManyLinks(components: readonly string[]): Failure {
  const path = JSON.stringify(components.join("/"));
  return new Failure("layer_links", `resolve ${path}: too many levels of symbolic links`, {
    hint: "The layer's links go round in a circle; such an image cannot be unpacked.",
  });
}
