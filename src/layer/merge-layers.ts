/**
 * Layers become one tar without a file being written: their headers are read first, and tell what is seen in the end; then
 * they are read again, and the contents that are seen go through. Directories come first, links and nodes last.
 */

import { bytesOfString } from "../codec/byte-string.ts";
import type { TarEntry } from "../codec/tar/entry.ts";
import type { TarVisitor } from "../codec/tar/read.ts";
import { TAR_END, tarHeader, tarPadding } from "../codec/tar/write.ts";
import { LayeredTree, type Origin, type TreeNode } from "../rules/image/layered-tree.ts";
import { Failure } from "../spec/failure.ts";
import type { Layer } from "./apply.ts";
import { readLayers } from "./read-layers.ts";

export interface MergeOptions {
  /** Opens each layer at its beginning, and closes them after the work. */
  readonly withLayers: <T>(work: (layers: readonly Layer[]) => T) => T;
  /** Whether lower layers follow: then what is taken away from them is said, and nothing is otherwise. */
  readonly whiteouts: boolean;
  readonly emit: (bytes: Uint8Array) => void;
}

const NOTHING = new Uint8Array(0);
const ZEROS = new Uint8Array(64 * 1024);
const WHITEOUT = ".wh.";

/** Writes the tar of the layers laid over each other. Throws `Failure`. */
export function mergeLayers({ withLayers, whiteouts, emit }: MergeOptions): void {
  const tree = withLayers((layers) => treeOf(layers, { whole: !whiteouts }));
  const files = new Map<Origin, string[]>();
  const others: [TreeNode, Origin][] = [];
  const put = (entry: TarEntry, path: string) => emit(tarHeader({ ...entry, name: bytesOfString(path) }));
  const visit = (node: TreeNode) => {
    const { origin, path } = node;
    if (node.children !== undefined) {
      if (origin !== undefined) put(origin.entry, path === "." ? "./" : `${path}/`);
      if (whiteouts) emitWhiteouts(node, emit);
      for (const child of node.sorted()) visit(child);
    } else if (origin?.entry.type === "file") files.set(origin, [...(files.get(origin) ?? []), path]);
    else if (origin !== undefined) others.push([node, origin]);
  };
  visit(tree.root);
  withLayers((layers) => readLayers(layers, (layer) => new Passage(layer, files, emit)));
  const first = new Map<Origin, string>();
  for (const [{ path }, origin] of others) {
    const link = origin.outside ?? first.get(origin);
    if (origin.outside !== undefined) requireKept(tree, origin.outside);
    if (link === undefined) put(origin.entry, path);
    else put(hardLink(origin.entry, link), path);
    if (!first.has(origin)) first.set(origin, path);
  }
  emit(TAR_END);
}

/**
 * Reads the headers of the layers; with `hash`, also what the files hold. `whole` says that they begin with the lowest.
 * Throws `Failure`.
 */
export function treeOf(
  layers: readonly Layer[],
  { whole, hash = false }: { whole: boolean; hash?: boolean },
): LayeredTree {
  const tree = new LayeredTree(whole);
  readLayers(layers, (layer) => {
    let index = 0;
    let origin: Origin | undefined;
    let hasher: InstanceType<typeof Bun.CryptoHasher> | undefined;
    return {
      entry(entry) {
        origin = tree.add(entry, layer, index++);
        hasher = hash && origin?.entry.type === "file" ? new Bun.CryptoHasher("sha256") : undefined;
      },
      data(bytes) {
        hasher?.update(bytes);
      },
      hole(length) {
        for (let left = length; left > 0 && hasher !== undefined; left -= ZEROS.length) {
          hasher.update(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
        }
      },
      end() {
        if (origin !== undefined && hasher !== undefined) origin.sha256 = hasher.digest("hex");
      },
    };
  });
  return tree;
}

/** Lets the files of one layer through that are seen, each followed by its other names. */
class Passage implements TarVisitor {
  readonly #wanted = new Map<number, [Origin, string[]]>();
  readonly #emit: (bytes: Uint8Array) => void;
  #index = 0;
  #current: [Origin, string[]] | undefined;

  constructor(layer: number, files: ReadonlyMap<Origin, string[]>, emit: (bytes: Uint8Array) => void) {
    for (const [origin, names] of files)
      if (origin.layer === layer) this.#wanted.set(origin.index, [origin, names]);
    this.#emit = emit;
  }

  entry(): void {
    this.#current = this.#wanted.get(this.#index++);
    if (this.#current === undefined) return;
    const [{ entry }, [name = ""]] = this.#current;
    this.#emit(tarHeader({ ...entry, name: bytesOfString(name) }));
  }

  data(bytes: Uint8Array): void {
    if (this.#current !== undefined) this.#emit(bytes);
  }

  hole(length: number): void {
    if (this.#current === undefined) return;
    for (let left = length; left > 0; left -= ZEROS.length) {
      this.#emit(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
    }
  }

  end(): void {
    if (this.#current === undefined) return;
    const [{ entry }, [first = "", ...others]] = this.#current;
    this.#emit(tarPadding(entry.size));
    for (const name of others) {
      this.#emit(tarHeader({ ...hardLink(entry, first), name: bytesOfString(name) }));
    }
  }
}

function hardLink(entry: TarEntry, target: string): TarEntry {
  return { ...entry, type: "hardLink", link: bytesOfString(target), size: 0 };
}

function emitWhiteouts(node: TreeNode, emit: (bytes: Uint8Array) => void): void {
  const names = node.opaque
    ? [`${WHITEOUT}${WHITEOUT}.opq`]
    : [...node.gone].sort().map((name) => WHITEOUT + name);
  for (const name of names) {
    const path = node.path === "." ? name : `${node.path}/${name}`;
    emit(
      tarHeader({
        type: "file",
        name: bytesOfString(path),
        link: NOTHING,
        mode: 0,
        uid: 0,
        gid: 0,
        size: 0,
        mtime: { seconds: 0, nanoseconds: 0 },
        uname: NOTHING,
        gname: NOTHING,
        major: 0,
        minor: 0,
        xattrs: new Map(),
      }),
    );
  }
}

/** A hard link to a file of a lower layer works only while that file is still there. */
function requireKept(tree: LayeredTree, target: string): void {
  let at: TreeNode | undefined = tree.root;
  for (const part of target.split("/")) {
    if (at === undefined) return;
    if (
      at.opaque ||
      at.gone.has(part) ||
      (at.children !== undefined && at.children.get(part)?.children === undefined && at.children.has(part))
    ) {
      throw new Failure(
        "layer_link",
        `merge layers: a file is linked to ${JSON.stringify(target)}, which is gone`,
        {
          hint: "Begin with a lower layer, the one that the linked file is in.",
        },
      );
    }
    at = at.children?.get(part);
  }
}
