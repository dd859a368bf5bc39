/**
 * What the unpacker knows of a file that it has made or met: enough to resolve paths, to decide what a layer replaces, and to
 * say in the end what every file holds, without asking the kernel again.
 */

import type { Time } from "../linux/clock.ts";

/** What several names of one file have in common. */
export interface Content {
  /** Of a regular file that was unpacked; lower-case hex. */
  sha256?: string;
  /** Bytes that were written to it. */
  size?: number;
  /** Whether extended attributes were set on it. */
  attributes: boolean;
}

abstract class Named {
  /** A byte string, as are targets of links. */
  readonly name: string;
  /** Undefined for the root. */
  readonly parent: Directory | undefined;
  /** The number of the layer that last had an entry here or below. */
  touched = -1;

  constructor(name: string, parent: Directory | undefined) {
    this.name = name;
    this.parent = parent;
  }
}

/** Everything but a directory. */
export class Leaf extends Named {
  /** Target of a symbolic link; undefined for all else. */
  readonly target: string | undefined;
  readonly content: Content;

  constructor(name: string, parent: Directory, content: Content, target?: string) {
    super(name, parent);
    this.content = content;
    this.target = target;
  }
}

export class Directory extends Named {
  readonly children = new Map<string, FileNode>();
  /** Whether `children` has all that is on the disk: so for a directory that was made here, or has been listed. */
  complete: boolean;
  /** Descriptor while it is open; -1 otherwise. */
  fd = -1;
  /** To be set when all is done, since everything that is put into it changes them. */
  times: { readonly atime: Time; readonly mtime: Time } | undefined;
  /** Permission bits to be set when all is done, where until then its owner needs more. */
  mode: number | undefined;
  /** Whether what is made in it gets the group, or an access list, from it. */
  bequeaths = false;
  attributes = false;

  constructor(name: string, parent: Directory | undefined, complete: boolean) {
    super(name, parent);
    this.complete = complete;
  }
}

export type FileNode = Leaf | Directory;

/** The path from the root, without a slash in front; `.` for the root. For messages, and as a key. */
export function pathOf(node: FileNode): string {
  const names: string[] = [];
  for (let at: FileNode = node; at.parent !== undefined; at = at.parent) names.push(at.name);
  return names.length === 0 ? "." : names.reverse().join("/");
}
