/**
 * An image layout on the disk (image-layout.md): blobs under their digests, and an index that gives tags to some of them.
 * It is the same layout at any kill: blobs appear whole, the index is replaced in one step, and one writer at a time
 * changes it, so none loses what another wrote.
 */

import { goJson, type Struct } from "../codec/go-json.ts";
import { readIndex } from "../codec/image/read.ts";
import { INDEX } from "../codec/image/shapes.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { fsync } from "../linux/inode.ts";
import { lock, unlock } from "../linux/lock.ts";
import { encode } from "../linux/primitive.ts";
import { exists } from "../linux/stat.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type Manifest,
  MEDIA_TYPE,
  type Platform,
} from "../spec/image.ts";
import { isConfig, isManifest } from "./kind.ts";
import { blobPath, openBlob, readBlob } from "./layout/blob.ts";
import { chooseWalk } from "./layout/choose.ts";
import { collectGarbage } from "./layout/collect.ts";
import { createDirectory, openBlobs, openDirectory, readFileBelow } from "./layout/directory.ts";
import { configAt, indexAt, manifestAt } from "./layout/document.ts";
import { replaceChild } from "./layout/parents.ts";
import { tagged, tagOf } from "./layout/tag.ts";
import { Temporary } from "./layout/temporary.ts";
import { type Walk, walksBelow } from "./layout/walk.ts";
import { type Blob, BlobWriter } from "./layout/writer.ts";

const INDEX_LIMIT = 32 * 1024 * 1024;
const INDEX_FILE = "index.json";

export class Layout {
  readonly path: string;
  readonly #dir: number;
  #blobs: number | undefined;
  #temporary: Temporary | undefined;

  private constructor(path: string, dir: number) {
    this.path = path;
    this.#dir = dir;
  }

  /** Opens a layout. Throws `Failure` `layout_invalid` or `layout_unreadable`. Close it afterwards. */
  static open(path: string): Layout {
    return new Layout(path, openDirectory(path));
  }

  /** Makes an empty layout where nothing is yet. Throws `Failure` `layout_exists` or `layout_unwritable`. */
  static create(path: string): Layout {
    createDirectory(path);
    return Layout.open(path);
  }

  /** Gives back what is open, and takes away what was not finished. */
  close(): void {
    this.#temporary?.remove();
    if (this.#blobs !== undefined) close(this.#blobs);
    close(this.#dir);
  }

  /** The content of index.json. */
  index(): ImageIndex {
    try {
      return readIndex(readFileBelow(this.#dir, INDEX_FILE, INDEX_LIMIT), `${this.path}/${INDEX_FILE}`);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      throw new Failure("index_unreadable", `get top-level index: read index: ${error.message}`, {
        hint: "index.json is a regular file that you may read.",
        cause: error,
      });
    }
  }

  /** Replaces index.json. To change it, use `editIndex`. */
  writeIndex(index: ImageIndex): void {
    const text = goJson({ ...index, mediaType: MEDIA_TYPE.index }, INDEX);
    this.#write("put index", () => {
      if (this.#blobs !== undefined) fsync(this.#blobs);
      const temporary = this.#temporaryDirectory();
      const file = temporary.create();
      try {
        write(file.fd, text);
        temporary.place(file, this.#dir, INDEX_FILE);
        fsync(this.#dir);
      } finally {
        close(file.fd);
      }
    });
  }

  /** Changes index.json while nobody else does: what `change` returns is written. */
  editIndex(change: (index: ImageIndex) => ImageIndex): void {
    lock(this.#dir, "exclusive");
    try {
      this.writeIndex(change(this.index()));
    } finally {
      unlock(this.#dir);
    }
  }

  /** The tags, in the order of the index; one that stands there twice is listed twice. */
  references(): string[] {
    return this.index().manifests.flatMap((one) => tagOf(one) ?? []);
  }

  /** All images that a tag stands for; several when it names an index. */
  resolveAll(tag: string): Walk[] {
    return this.walks(this.index().manifests.filter((one) => tagOf(one) === tag));
  }

  /** The walks from descriptors to the images below them. */
  walks(roots: readonly Descriptor[]): Walk[] {
    return walksBelow(roots, (descriptor) => this.readIndexBlob(descriptor));
  }

  /**
   * The one image that a tag stands for, and for `platform` when it stands for several: the descriptors from the entry of
   * index.json down to the manifest. Throws `Failure` `tag_missing` or `tag_ambiguous`.
   */
  resolve(tag: string, platform?: Platform): Walk {
    return chooseWalk(this, tag, platform);
  }

  /** What an image is made for, as far as its descriptor or its configuration says so. */
  platformOf(descriptor: Descriptor): Platform | undefined {
    if (descriptor.platform !== undefined) return descriptor.platform;
    if (!isManifest(descriptor)) return undefined;
    const { config } = this.readManifest(descriptor);
    if (!isConfig(config)) return undefined;
    const { os, architecture, variant } = this.readConfig(config);
    return { os, architecture, ...(variant !== undefined && { variant }) };
  }

  /** The verified bytes of a blob that fits into memory. Throws `Failure` `blob_…`. */
  readBlob(descriptor: Descriptor): Uint8Array {
    return readBlob(this.#dir, descriptor);
  }

  /** A descriptor on a blob of the right size. The caller verifies the content while reading, and closes it. */
  openBlob(descriptor: Descriptor): number {
    return openBlob(this.#dir, descriptor);
  }

  /** Whether a blob is there, whatever its content. */
  hasBlob(digest: string): boolean {
    return exists(blobPath(digest), this.#dir);
  }

  /** Verified, and strict in what it takes. Throws `Failure` `blob_…`, `media_type`, `image_invalid` or `json_…`. */
  readManifest(descriptor: Descriptor): Manifest {
    return manifestAt(this.#dir, descriptor);
  }

  /** As `readManifest`. */
  readConfig(descriptor: Descriptor): ImageConfig {
    return configAt(this.#dir, descriptor);
  }

  /** As `readManifest`, of an index other than index.json. */
  readIndexBlob(descriptor: Descriptor): ImageIndex {
    return indexAt(this.#dir, descriptor);
  }

  /** A new blob to write to. No garbage collector runs until this layout is closed. */
  createBlob(): BlobWriter {
    return this.#write("put blob", () => new BlobWriter(this.#temporaryDirectory(), this.#blobsForWriting()));
  }

  putBytes(bytes: Uint8Array): Blob {
    const writer = this.createBlob();
    try {
      writer.write(bytes);
      return writer.commit();
    } finally {
      writer.abort();
    }
  }

  /** Puts a document of the image specification, written as Go would. */
  putJson(value: unknown, shape: Struct): Blob {
    return this.putBytes(encode(goJson(value, shape)));
  }

  /**
   * Lets a tag stand for a new image that came of the one that `walk` led to: indexes on the way are written anew with the
   * new image in the old one's place, and the entry of index.json keeps what else it said. All entries of that tag go, and
   * the new one comes last.
   */
  setReference(tag: string, walk: Walk, manifest: Descriptor): void {
    const entry = replaceChild(this, walk, manifest);
    this.putReference(tag, entry);
  }

  /** Lets a tag stand for what a descriptor refers to. */
  putReference(tag: string, descriptor: Descriptor): void {
    this.editIndex((index) => ({
      ...index,
      manifests: [...index.manifests.filter((one) => tagOf(one) !== tag), tagged(descriptor, tag)],
    }));
  }

  /** Takes a tag away; returns whether it was there. */
  removeReference(tag: string): boolean {
    let found = false;
    this.editIndex((index) => {
      const manifests = index.manifests.filter((one) => tagOf(one) !== tag);
      found = manifests.length < index.manifests.length;
      return { ...index, manifests };
    });
    return found;
  }

  /** Removes blobs that no tag leads to, and what killed processes left; returns the digests and names. */
  collectGarbage(): string[] {
    return this.#write("gc", () => {
      const blobs = this.#openBlobs(false);
      // Waits for those that are putting blobs whose tag is not written yet.
      lock(blobs, "exclusive");
      lock(this.#dir, "exclusive");
      try {
        return collectGarbage(this, { dir: this.#dir, blobs });
      } finally {
        unlock(this.#dir);
        unlock(blobs);
      }
    });
  }

  #temporaryDirectory(): Temporary {
    this.#temporary ??= new Temporary(this.#dir);
    return this.#temporary;
  }

  #blobsForWriting(): number {
    if (this.#blobs === undefined) lock(this.#openBlobs(true), "shared");
    return this.#openBlobs(true);
  }

  #openBlobs(make: boolean): number {
    this.#blobs ??= openBlobs(this.#dir, make);
    return this.#blobs;
  }

  #write<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      const refused = failedWith(error, "EACCES", "EPERM", "EROFS");
      throw new Failure("layout_unwritable", `${what}: ${this.path}: ${error.message}`, {
        hint: refused
          ? "Run it as somebody who may write to the layout."
          : "The layout is as it was before; mend the file system and try again.",
        cause: error,
      });
    }
  }
}

/** Opens a layout, works on it, and closes it whatever happened. */
export function withLayout<T>(path: string, work: (layout: Layout) => T): T {
  const layout = Layout.open(path);
  try {
    return work(layout);
  } finally {
    layout.close();
  }
}
