/**
 * Layers laid over each other in memory: which file of which layer is seen in the end, and what was taken away from the
 * layers below. Only the headers are kept; contents are read again by whoever wants them.
 */

import { byteString } from "../../codec/byte-string.ts";
import { componentsOf } from "../../codec/path.ts";
import type { TarEntry } from "../../codec/tar/entry.ts";
import { Failure } from "../../spec/failure.ts";
import { OPAQUE_WHITEOUT, WHITEOUT } from "../../spec/image.ts";

/** Where a file's content and metadata stand. Names that are hard links to each other share one. */
export interface Origin {
  readonly entry: TarEntry;
  readonly layer: number;
  /** Number of the entry in its layer. */
  readonly index: number;
  /** Lower-case hex of the content, where it was taken. */
  sha256?: string;
  /** Of a hard link to a file of a lower layer: the file's path, a byte string, and what it is. */
  readonly outside?: { readonly path: string; readonly origin: Origin };
}

export class TreeNode {
  readonly name: string;
  readonly parent: TreeNode | undefined;
  /** Undefined for a directory that these layers do not describe. */
  origin: Origin | undefined;
  /** Of a directory only. */
  children: Map<string, TreeNode> | undefined;
  /** The directory of the layers below that shows through this one. */
  lower: TreeNode | undefined;
  /** Nothing of what lies below the first layer is seen in it. */
  opaque = false;
  /** Names that are taken away from below the first layer. */
  readonly gone = new Set<string>();
  /** The last layer that brought it or something in it. */
  touched = -1;

  constructor(name: string, parent: TreeNode | undefined) {
    this.name = name;
    this.parent = parent;
  }

  get path(): string {
    if (this.parent === undefined) return ".";
    return this.parent.parent === undefined ? this.name : `${this.parent.path}/${this.name}`;
  }

  /** Children in the order of their names' bytes. */
  sorted(): TreeNode[] {
    return [...(this.children?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** As many links as Go's path resolution follows. */
const MOST_LINKS = 255;

export class LayeredTree {
  readonly root = new TreeNode(".", undefined);
  readonly #whole: boolean;

  /** `below`: the layers below the first of these, whose links lead somewhere; undefined when there are none. */
  constructor(below?: LayeredTree) {
    this.#whole = below === undefined;
    this.root.children = new Map();
    this.root.lower = below?.root;
  }

  /** Lays one entry of a layer over what is there. Throws `Failure` `layer_whiteout`, `layer_path`, `layer_link`. */
  add(entry: TarEntry, layer: number, index: number): Origin | undefined {
    const components = componentsOf(byteString(entry.name));
    const name = components.pop();
    if (name === undefined) {
      if (entry.type !== "directory") throw refused("layer_path", "an entry for the root is no directory");
      this.root.origin = { entry, layer, index };
      return undefined;
    }
    if (name.startsWith(WHITEOUT)) {
      this.#whiteOut(components, name, layer);
      return undefined;
    }
    const parent = this.#directory(components, "make", layer) ?? this.root;
    const old = parent.children?.get(name);
    const origin = entry.type === "hardLink" ? this.#linked(entry, layer, index) : { entry, layer, index };
    const node =
      old !== undefined && entry.type === "directory" && old.children !== undefined
        ? old
        : new TreeNode(name, parent);
    node.origin = origin;
    node.touched = layer;
    if (entry.type === "directory" && node.children === undefined) {
      node.children = new Map();
      // What this replaces had hidden what lies below.
      node.opaque = old !== undefined || parent.gone.has(name);
      node.lower = node.opaque ? undefined : lowerAt(parent, name);
    }
    parent.gone.delete(name);
    parent.children?.set(name, node);
    return entry.type === "hardLink" ? undefined : origin;
  }

  #linked(entry: TarEntry, layer: number, index: number): Origin {
    const path = componentsOf(byteString(entry.link));
    const name = path.pop() ?? "";
    const parent = this.#directory(path, this.#whole ? "find" : "keep", layer);
    const own = parent?.children?.get(name);
    const target = own ?? (parent && lowerAt(parent, name));
    if (parent === undefined || target === undefined) {
      throw refused(
        "layer_link",
        `a hard link leads to ${JSON.stringify(byteString(entry.link))}, which is not there`,
      );
    }
    if (target.origin === undefined || target.children !== undefined) {
      throw refused("layer_link", "a hard link leads to a directory");
    }
    if (own !== undefined) return target.origin;
    const outside = parent.parent === undefined ? name : `${parent.path}/${name}`;
    return { entry, layer, index, outside: { path: outside, origin: target.origin } };
  }

  #whiteOut(components: readonly string[], name: string, layer: number): void {
    const hidden = name.slice(WHITEOUT.length);
    if (hidden === "" || hidden === "." || hidden === "..") {
      throw refused("layer_whiteout", `invalid whiteout of ${JSON.stringify(hidden)}`);
    }
    // What only lower layers have may be taken away too; inside what is no directory nothing can be.
    const parent = this.#directory(components, this.#whole ? "find" : "keep", layer);
    if (parent === undefined) return;
    if (name === OPAQUE_WHITEOUT) {
      parent.opaque = true;
      parent.gone.clear();
      for (const child of parent.children?.values() ?? []) purge(child, layer);
      return;
    }
    const node = parent.children?.get(hidden);
    if (node !== undefined) purge(node, layer);
    const left = parent.children?.get(hidden);
    if (left?.children !== undefined) left.opaque = true;
    else if (left === undefined && !parent.opaque) parent.gone.add(hidden);
  }

  /**
   * The directory at a path, through links of these layers and of those below. `make` makes what is missing and replaces what is no
   * directory, `keep` replaces nothing, and `find` makes nothing either: then there may be none.
   */
  #directory(
    components: readonly string[],
    mode: "make" | "keep" | "find",
    layer: number,
    links = 0,
  ): TreeNode | undefined {
    let at = this.root;
    const rest = [...components];
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (mode === "make") at.touched = layer;
      let next = at.children?.get(part);
      const lower = lowerAt(at, part);
      const there = (next ?? lower)?.origin?.entry;
      if (there?.type === "symbolicLink") {
        if (links >= MOST_LINKS) throw refused("layer_path", "too many symbolic links in a path");
        const target = byteString(there.link);
        const start = target.startsWith("/") || at.parent === undefined ? "" : `${at.path}/`;
        return this.#directory([...componentsOf(start + target), ...rest], mode, layer, links + 1);
      }
      if (next?.children === undefined) {
        if (mode === "find" || (mode === "keep" && next !== undefined)) return undefined;
        const made = new TreeNode(part, at);
        made.children = new Map();
        made.opaque = next !== undefined || at.gone.has(part);
        made.lower = made.opaque ? undefined : lower;
        at.gone.delete(part);
        at.children?.set(part, made);
        next = made;
      }
      at = next;
    }
    if (mode === "make") at.touched = layer;
    return at;
  }
}

/** What the layers below show under a name of a directory. */
function lowerAt(directory: TreeNode, name: string): TreeNode | undefined {
  return directory.opaque || directory.gone.has(name) ? undefined : directory.lower?.children?.get(name);
}

/** Takes away what the layer itself has not touched, and all of the layers below. */
function purge(node: TreeNode, layer: number): void {
  node.lower = undefined;
  if (node.touched !== layer) node.parent?.children?.delete(node.name);
  else for (const child of node.children?.values() ?? []) purge(child, layer);
}

function refused(code: string, what: string): Failure {
  return new Failure(code, `read layer: ${what}`, {
    hint: "No program that makes images writes such a layer; find out where the image came from.",
  });
}
