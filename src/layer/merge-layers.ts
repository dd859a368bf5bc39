/**
 * Layers become one tar without a file being written: their headers are read first, and tell what is seen in the end; then
 * they are read again, and the contents that are seen go through. Directories come first, links and nodes last.
 */

import { bytesOfString } from "../codec/byte-string.ts";
import { emptyFile, type TarEntry } from "../codec/tar/entry.ts";
import type { TarVisitor } from "../codec/tar/read.ts";
import { TAR_END, tarHeader, tarPadding } from "../codec/tar/write.ts";
import { zeros } from "../codec/tar/zeros.ts";
import { LayeredTree, type Origin, type TreeNode } from "../rules/image/layered-tree.ts";
import { OPAQUE_WHITEOUT, WHITEOUT } from "../spec/image.ts";
import type { Layer } from "./apply.ts";
import { readLayers } from "./read-layers.ts";

type WithLayers = <T>(work: (layers: readonly Layer[]) => T) => T;

export interface MergeOptions {
  /** Opens each layer at its beginning, and closes them after the work. */
  readonly withLayers: WithLayers;
  /** Opens those below, where there are any: then what is taken away from them is said. */
  readonly withLower?: WithLayers | undefined;
  readonly emit: (bytes: Uint8Array) => void;
}

/** A file that is seen, and all its names. */
interface Seen {
  readonly entry: TarEntry;
  readonly names: string[];
}

/** By the number of the layer, then by that of the entry. */
type SeenFiles = Map<number, Map<number, Seen>>;

/** Writes the tar of the layers laid over each other. Throws `Failure`. */
export function mergeLayers({ withLayers, withLower, emit }: MergeOptions): void {
  const below = withLower?.((layers) => treeOf(layers));
  const tree = withLayers((layers) => treeOf(layers, { below }));
  const files: SeenFiles = new Map();
  /** Files of the layers below that only a hard link of these layers leaves in sight. */
  const lower: SeenFiles = new Map();
  const others: [path: string, origin: Origin][] = [];
  const put = (entry: TarEntry, path: string) => emit(tarHeader({ ...entry, name: bytesOfString(path) }));
  const visit = (node: TreeNode) => {
    const { origin, path } = node;
    if (node.children !== undefined) {
      if (origin !== undefined) put(origin.entry, path === "." ? "./" : `${path}/`);
      if (below !== undefined) emitWhiteouts(node, emit);
      for (const child of node.sorted()) visit(child);
    } else if (origin?.outside !== undefined && !isKept(tree, origin.outside.path)) {
      const real = origin.outside.origin;
      if (real.entry.type === "file") note(lower, real, path);
      else others.push([path, real]);
    } else if (origin?.entry.type === "file") note(files, origin, path);
    else if (origin !== undefined) others.push([path, origin]);
  };
  visit(tree.root);
  if (lower.size > 0) withLower?.((layers) => passFiles(layers, lower, emit));
  withLayers((layers) => passFiles(layers, files, emit));
  const first = new Map<Origin, string>();
  for (const [path, origin] of others) {
    const link = origin.outside?.path ?? first.get(origin);
    if (link === undefined) put(origin.entry, path);
    else put(hardLink(origin.entry, link), path);
    if (!first.has(origin)) first.set(origin, path);
  }
  emit(TAR_END);
}

function passFiles(layers: readonly Layer[], files: SeenFiles, emit: (bytes: Uint8Array) => void): void {
  readLayers(layers, (layer) => new Passage(files.get(layer), emit));
}

/** Reads the headers of the layers, which lie over `below`; with `hash`, also what the files hold. Throws `Failure`. */
export function treeOf(
  layers: readonly Layer[],
  { below, hash = false }: { below?: LayeredTree | undefined; hash?: boolean } = {},
): LayeredTree {
  const tree = new LayeredTree(below);
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
        if (hasher !== undefined) for (const piece of zeros(length)) hasher.update(piece);
      },
      end() {
        if (origin !== undefined && hasher !== undefined) origin.sha256 = hasher.digest("hex");
      },
    };
  });
  return tree;
}

function note(files: SeenFiles, { entry, layer, index }: Origin, path: string): void {
  const there = files.get(layer);
  const ofLayer = there ?? new Map<number, Seen>();
  if (there === undefined) files.set(layer, ofLayer);
  const seen = ofLayer.get(index);
  if (seen === undefined) ofLayer.set(index, { entry, names: [path] });
  else seen.names.push(path);
}

/** Lets the files of one layer through that are seen, each followed by its other names. */
class Passage implements TarVisitor {
  readonly #files: ReadonlyMap<number, Seen> | undefined;
  readonly #emit: (bytes: Uint8Array) => void;
  #index = 0;
  #current: Seen | undefined;

  constructor(files: ReadonlyMap<number, Seen> | undefined, emit: (bytes: Uint8Array) => void) {
    this.#files = files;
    this.#emit = emit;
  }

  entry(): void {
    this.#current = this.#files?.get(this.#index++);
    if (this.#current === undefined) return;
    const {
      entry,
      names: [name = ""],
    } = this.#current;
    this.#emit(tarHeader({ ...entry, name: bytesOfString(name) }));
  }

  data(bytes: Uint8Array): void {
    if (this.#current !== undefined) this.#emit(bytes);
  }

  hole(length: number): void {
    if (this.#current === undefined) return;
    for (const piece of zeros(length)) this.#emit(piece);
  }

  end(): void {
    if (this.#current === undefined) return;
    const {
      entry,
      names: [first = "", ...others],
    } = this.#current;
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
  const names = node.opaque ? [OPAQUE_WHITEOUT] : [...node.gone].sort().map((name) => WHITEOUT + name);
  for (const name of names) {
    const path = node.path === "." ? name : `${node.path}/${name}`;
    emit(tarHeader(emptyFile(bytesOfString(path))));
  }
}

/** Whether a file of the layers below is still seen. */
function isKept(tree: LayeredTree, path: string): boolean {
  let at: TreeNode | undefined = tree.root;
  for (const part of path.split("/")) {
    if (at === undefined) return true;
    // What is neither directory nor missing has taken its place.
    const replaced =
      at.children === undefined || (at.children.get(part)?.children === undefined && at.children.has(part));
    if (at.opaque || at.gone.has(part) || replaced) return false;
    at = at.children?.get(part);
  }
  return true;
}
