/**
 * Regular files: made, filled while the layer passes by, hashed on the way. A file of the common kind takes four system calls:
 * open, write, set the times, close.
 */

import type { TarEntry } from "../codec/tar/entry.ts";
import { zeros } from "../codec/tar/zeros.ts";
import { close } from "../linux/descriptor.ts";
import { fchmod, fchown, ftruncate, setTimesOf } from "../linux/inode.ts";
import { O, openAt } from "../linux/open.ts";
import { getegid, geteuid } from "../linux/process.ts";
import { fstat } from "../linux/stat.ts";
import { pwrite, write } from "../linux/write.ts";
import { kernelName } from "./kernel-name.ts";
import type { AttributeWriter } from "./metadata.ts";
import { type Directory, Leaf } from "./node.ts";
import type { Owner } from "./owner-inside.ts";
import type { Tree } from "./tree.ts";

const CREATE = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW;

/** The file that is being filled. */
interface Filling {
  readonly fd: number;
  readonly entry: TarEntry;
  readonly leaf: Leaf;
  readonly owner: Owner;
  /** Whether owner and mode are as the entry wants from the start. */
  readonly ready: boolean;
  /** Whether the directory may have given it attributes. */
  readonly inherits: boolean;
  position: number;
  /** The end of the content has been a hole so far. */
  sparse: boolean;
  hash: Bun.CryptoHasher | undefined;
}

export class FileMaker {
  readonly #tree: Tree;
  readonly #attributes: AttributeWriter;
  readonly #rootless: boolean;
  readonly #digest: boolean;
  readonly #uid = geteuid();
  readonly #gid = getegid();
  /** Whether new files get the caller's group; some mounts give them that of their directory. */
  #ownGroup: boolean | undefined;
  #filling: Filling | undefined;

  /** `digest`: whether the hash of each file is wanted. */
  constructor(tree: Tree, attributes: AttributeWriter, rootless: boolean, digest: boolean) {
    this.#tree = tree;
    this.#attributes = attributes;
    this.#rootless = rootless;
    this.#digest = digest;
  }

  /** Makes an empty file, which `write`, `skip` and `finish` are for from then on. Nothing has that name. */
  begin(parent: Directory, name: string, entry: TarEntry, owner: Owner): Leaf {
    const dir = this.#tree.descriptor(parent);
    const mode = entry.mode & 0o7777;
    const mine = (owner.uid === this.#uid && owner.gid === this.#gid) || this.#rootless;
    const ready = mine && !parent.bequeaths && mode <= 0o777 && this.#ownGroup === true;
    const fd = openAt(dir, kernelName(name), CREATE, ready ? mode : 0o600);
    const leaf = new Leaf(name, parent, { attributes: false, size: entry.size });
    const inherits = parent.bequeaths;
    this.#filling = { fd, entry, leaf, owner, ready, inherits, position: 0, sparse: false, hash: undefined };
    this.#ownGroup ??= inherits ? undefined : fstat(fd).gid === this.#gid;
    this.#tree.add(leaf);
    return leaf;
  }

  write(bytes: Uint8Array): void {
    const file = this.#filling;
    if (file === undefined) return;
    if (file.sparse) pwrite(file.fd, bytes, file.position);
    else write(file.fd, bytes);
    if (this.#digest) {
      if (bytes.length === file.entry.size)
        file.leaf.content.sha256 = Bun.CryptoHasher.hash("sha256", bytes, "hex");
      else this.#hashOf(file).update(bytes);
    }
    file.position += bytes.length;
  }

  skip(length: number): void {
    const file = this.#filling;
    if (file === undefined) return;
    file.sparse = true;
    file.position += length;
    if (!this.#digest) return;
    const hash = this.#hashOf(file);
    for (const piece of zeros(length)) hash.update(piece);
  }

  finish(): void {
    const file = this.#filling;
    if (file === undefined) return;
    const { fd, entry, owner, leaf } = file;
    if (file.sparse) ftruncate(fd, file.position);
    if (this.#digest) leaf.content.sha256 ??= (file.hash ?? new Bun.CryptoHasher("sha256")).digest("hex");
    if (!file.ready) {
      if (!this.#rootless) fchown(fd, owner.uid, owner.gid);
      fchmod(fd, entry.mode & 0o7777);
    }
    if (file.inherits) leaf.content.attributes = this.#attributes.clear(fd);
    if (entry.xattrs.size > 0 && this.#attributes.set(fd, entry)) leaf.content.attributes = true;
    setTimesOf(fd, entry.atime ?? entry.mtime, entry.mtime);
    this.abort();
  }

  /** Closes the file as it is. */
  abort(): void {
    if (this.#filling !== undefined) close(this.#filling.fd);
    this.#filling = undefined;
  }

  #hashOf(file: Filling): Bun.CryptoHasher {
    file.hash ??= new Bun.CryptoHasher("sha256");
    return file.hash;
  }
}
