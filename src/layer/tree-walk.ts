/**
 * Walking a directory tree through descriptors: every name is looked at below the open directory that holds it, and no
 * symbolic link is followed, so that nothing outside the tree is seen, also while somebody moves things about.
 */

import { close } from "../linux/descriptor.ts";
import { statEntries } from "../linux/directory-stat.ts";
import { O, openAt } from "../linux/open.ts";
import { fstat, type Stat, TYPE } from "../linux/stat.ts";
import { withAccess } from "./access.ts";
import { kernelName } from "./kernel-name.ts";

/** A file where it stands: `name` below the open directory `dir`. Holds during the call that it is given to. */
export interface Place {
  readonly dir: number;
  /** With a NUL at its end, as the kernel takes it. */
  readonly name: Uint8Array;
  /** From the root of the walk, a byte string: `.`, `a`, `a/b`. */
  readonly path: string;
  readonly stat: Stat;
}

export interface Walker<T> {
  /** Called before the files of a directory, and for all else. */
  enter?(place: Place): void;
  /** Called after the files of a directory with what was made of them; for all else `children` is undefined. */
  leave(place: Place, children: T[] | undefined): T;
}

const HERE = Uint8Array.of(46, 0);

/** Walks the tree below the open directory `root`, the names in the order of their bytes; returns what was made of it. */
export function walkTree<T>(root: number, walker: Walker<T>): T {
  return walkPlace({ dir: root, name: HERE, path: ".", stat: fstat(root) }, walker);
}

/** As `walkTree`, from a file of any kind. */
export function walkPlace<T>(place: Place, walker: Walker<T>): T {
  walker.enter?.(place);
  const children = isDirectory(place.stat) ? walkInside(place, walker) : undefined;
  return walker.leave(place, children);
}

function isDirectory({ mode }: Stat): boolean {
  return (mode & TYPE.mask) === TYPE.directory;
}

function walkInside<T>(place: Place, walker: Walker<T>): T[] {
  return withAccess(place, 0o500, () => {
    const dir = openAt(place.dir, place.name, O.RDONLY | O.DIRECTORY | O.NOFOLLOW);
    try {
      const prefix = place.path === "." ? "" : `${place.path}/`;
      const entries = statEntries(dir).sort((a, b) => (a.name < b.name ? -1 : 1));
      return entries.map(({ name, stat }) => walkPlace(new Entry(dir, name, prefix + name, stat), walker));
    } finally {
      close(dir);
    }
  });
}

/** A place whose name few ask for. */
class Entry implements Place {
  readonly dir: number;
  readonly path: string;
  readonly stat: Stat;
  readonly #name: string;

  constructor(dir: number, name: string, path: string, stat: Stat) {
    this.dir = dir;
    this.path = path;
    this.stat = stat;
    this.#name = name;
  }

  get name(): Uint8Array {
    return kernelName(this.#name);
  }
}
