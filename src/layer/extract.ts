/**
 * Applying the entries of a layer, one after the other, to the tree below them: what is in the way is replaced, what is
 * missing above is made, whiteouts take away what lower layers brought (image-spec, layer.md).
 */

import { byteString } from "../codec/byte-string.ts";
import { componentsOf } from "../codec/path.ts";
import type { TarEntry } from "../codec/tar/entry.ts";
import type { TarVisitor } from "../codec/tar/read.ts";
import { LinuxError } from "../linux/error.ts";
import { lchown } from "../linux/inode.ts";
import { link } from "../linux/link.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import { FileMaker } from "./file.ts";
import { kernelName } from "./kernel-name.ts";
import type { Limits, Meter } from "./limits.ts";
import { Maker } from "./make.ts";
import { AttributeWriter, pathBelow, setEntryTimes } from "./metadata.ts";
import { Directory, type FileNode, Leaf } from "./node.ts";
import { mapOwner } from "./owner.ts";
import type { Tree } from "./tree.ts";
import { isWhiteout, whiteOut } from "./whiteout.ts";

export interface ExtractOptions {
  readonly mapping: IdMaps;
  /** A directory over a link to a directory keeps the link, and what is in it goes through the link. */
  readonly keepDirlinks?: boolean;
  readonly limits?: Limits;
  /** Told of what is left out because the host cannot have it. */
  readonly warn?: (message: string) => void;
}

export class Extractor implements TarVisitor {
  /** Number of the layer; a whiteout does not concern entries of its own. */
  layer = 0;
  readonly #tree: Tree;
  readonly #meter: Meter;
  readonly #options: ExtractOptions;
  readonly #attributes: AttributeWriter;
  readonly #files: FileMaker;
  readonly #make: Maker;
  /** For messages. */
  #name = "";

  constructor(tree: Tree, meter: Meter, options: ExtractOptions, digest: boolean) {
    const { mapping, warn = () => {} } = options;
    this.#tree = tree;
    this.#meter = meter;
    this.#options = options;
    this.#attributes = new AttributeWriter(mapping.rootless, warn);
    this.#files = new FileMaker(tree, this.#attributes, mapping.rootless, digest);
    this.#make = new Maker(tree, this.#attributes, mapping.rootless, warn);
  }

  entry(entry: TarEntry): void {
    this.#name = byteString(entry.name);
    this.#attempt(() => {
      this.#meter.entry(entry.size);
      this.#entry(entry);
    });
  }

  data(bytes: Uint8Array): void {
    this.#attempt(() => this.#files.write(bytes));
  }

  hole(length: number): void {
    this.#attempt(() => this.#files.skip(length));
  }

  end(): void {
    this.#attempt(() => this.#files.finish());
  }

  /** Gives back what is open after an error in the middle of a file. */
  abort(): void {
    this.#files.abort();
  }

  #entry(entry: TarEntry): void {
    if (this.#name === "") throw refused("an entry has no name");
    const { stripSetuid, noDevices } = this.#options.limits ?? {};
    if (stripSetuid && entry.type !== "directory") entry.mode &= ~0o6000;
    const components = componentsOf(this.#name);
    const name = components.pop();
    if (name === undefined) {
      if (entry.type !== "directory") {
        throw refused("malicious tar entry -- refusing to change type of root directory");
      }
      this.#make.applyToDirectory(this.#tree.root, entry, mapOwner(entry, this.#options.mapping));
      return;
    }
    const place = this.#tree.resolve(components);
    if (isWhiteout(name)) {
      whiteOut(this.#tree, place, name, this.layer);
      return;
    }
    if (noDevices && (entry.type === "characterDevice" || entry.type === "blockDevice")) return;
    const parent = this.#make.missing(place);
    const node = this.#place(parent, name, entry);
    if (node !== undefined) this.#tree.touch(node, this.layer);
  }

  /** Makes what the entry says. A file joins the tree here, and gets its content by what follows. */
  #place(parent: Directory, name: string, entry: TarEntry): FileNode {
    const tree = this.#tree;
    const old = tree.child(parent, name);
    const owner = mapOwner(entry, this.#options.mapping);
    if (entry.type === "directory") {
      if (old instanceof Directory) {
        this.#make.applyToDirectory(old, entry, owner);
        return old;
      }
      if (old !== undefined && this.#options.keepDirlinks && this.#leadsToDirectory(parent, old)) {
        const dir = tree.descriptor(parent);
        if (!this.#options.mapping.rootless) lchown(kernelName(name), owner.uid, owner.gid, dir);
        this.#attributes.clear(pathBelow(dir, name));
        this.#attributes.set(pathBelow(dir, name), entry);
        setEntryTimes(entry, kernelName(name), dir);
        return old;
      }
    }
    if (old !== undefined) tree.remove(old);
    switch (entry.type) {
      case "file":
        return this.#files.begin(parent, name, entry, owner);
      case "directory":
        return this.#make.directory(parent, name, entry, owner);
      case "hardLink":
        return this.#hardLink(parent, name, byteString(entry.link));
      case "symbolicLink":
        return this.#make.symbolicLink(parent, name, entry, owner);
      default:
        return this.#make.node(parent, name, entry, owner);
    }
  }

  #leadsToDirectory(parent: Directory, node: FileNode): boolean {
    if (node instanceof Directory || node.target === undefined) return false;
    const above: string[] = [];
    for (let at = parent; at.parent !== undefined; at = at.parent) above.push(at.name);
    const { missing } = this.#tree.resolve([...above.reverse(), node.name]);
    return missing.length === 0;
  }

  /** A further name for a file below the root, which must be there already; the last component is not followed. */
  #hardLink(parent: Directory, name: string, path: string): Leaf {
    const components = componentsOf(path);
    const last = components.pop();
    const { base, missing } = this.#tree.resolve(components);
    const found = last === undefined || missing.length > 0 ? undefined : this.#tree.child(base, last);
    if (last === undefined || found instanceof Directory)
      throw refused(`hard link to the directory ${quoted(path)}`);
    if (found === undefined) throw refused(`link new: ${quoted(path)}: no such file or directory`);
    const [from, to] = this.#tree.descriptors(base, parent);
    link(kernelName(last), kernelName(name), from, to);
    const leaf = new Leaf(name, parent, found.content, found.target);
    this.#tree.add(leaf);
    return leaf;
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      const what = `unpack entry: ${printable(this.#name)}`;
      if (error instanceof Failure) throw failureWithin(what, error);
      if (!(error instanceof LinuxError)) throw error;
      throw new Failure("unpack_entry", `${what}: ${error.message}`, { hint: hintFor(error), cause: error });
    }
  }
}

function refused(what: string): Failure {
  return new Failure("layer_refused", what, {
    hint: "No sound image has this; find out where it came from.",
  });
}

function hintFor({ code }: LinuxError): string {
  if (code === "ENOSPC" || code === "EDQUOT") return "Make room on the disk, and unpack again.";
  if (code === "EPERM" || code === "EACCES") return "Unpack as root, or with --rootless.";
  return "Look at what the file system says; it cannot have what the image asks for.";
}

function quoted(path: string): string {
  return JSON.stringify(path);
}

function printable(name: string): string {
  return quoted(name).slice(1, -1);
}
