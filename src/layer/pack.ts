/**
 * Making a layer of files: each becomes a tar entry as umoci writes it, so that equal trees give equal layers. The second
 * name of a file in a layer is a hard link to the first; what is gone is a whiteout.
 */

import { bytesOfString } from "../codec/byte-string.ts";
import { emptyFile, type TarEntry, type TarType } from "../codec/tar/entry.ts";
import { TAR_END, tarHeader, tarPadding } from "../codec/tar/write.ts";
import { read } from "../linux/read.ts";
import type { IdMaps } from "../spec/id-map.ts";
import { OPAQUE_WHITEOUT, WHITEOUT } from "../spec/image.ts";
import { attributesOf, HOST_ATTRIBUTES } from "./attributes.ts";
import { factsOf } from "./changes.ts";
import { fileChanged, withContent } from "./file-content.ts";
import { layerFailure, layerName } from "./layer-name.ts";
import type { LayerStream } from "./layer-stream.ts";
import { ownerInside, ROOTLESS_XATTR } from "./owner-inside.ts";
import type { Place } from "./tree-walk.ts";

const NOTHING = new Uint8Array(0);
const MINOR_BITS = 0x10_0000;

const TYPES = {
  file: "file",
  dir: "directory",
  link: "symbolicLink",
  fifo: "fifo",
  char: "characterDevice",
  block: "blockDevice",
} as const satisfies { [type: string]: TarType };

export interface PackOptions {
  readonly mapping: IdMaps;
  /** Seconds since 1970; later times become this one. */
  readonly latest?: number | undefined;
  /** Says what is left out of the layer, and why. */
  warn(message: string): void;
}

export class Packer {
  readonly #stream: LayerStream;
  readonly #options: PackOptions;
  /** First name of each file with several. */
  readonly #names = new Map<string, string>();

  constructor(stream: LayerStream, options: PackOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** Adds the file at `place` under `path`, a byte string. Throws `Failure`, LinuxError. */
  addFile(path: string, place: Place): void {
    const facts = factsOf(place);
    const name = layerName(path, facts.type === "dir");
    if (facts.type === "socket") throw layerFailure(path, "archive/tar: sockets not supported");
    const first = this.#firstName(place, name);
    const type = first === undefined ? TYPES[facts.type] : "hardLink";
    const size = type === "file" ? facts.size : 0;
    const device = facts.type === "char" || facts.type === "block" ? place.stat.represents : 0;
    const entry: TarEntry = {
      ...this.#ownerAndAttributes(place, name),
      type,
      name: bytesOfString(name),
      link: bytesOfString(first ?? facts.link ?? ""),
      mode: facts.mode,
      size,
      mtime: {
        seconds: Math.min(facts.mtime, this.#options.latest ?? Number.POSITIVE_INFINITY),
        nanoseconds: 0,
      },
      uname: NOTHING,
      gname: NOTHING,
      major: Math.floor(device / MINOR_BITS),
      minor: device % MINOR_BITS,
    };
    this.#stream.write(tarHeader(entry));
    if (type === "file") this.#copy(place, size);
  }

  /** Says that `path` is gone. */
  addWhiteout(path: string): void {
    const name = layerName(path, false);
    const slash = name.lastIndexOf("/") + 1;
    if (name.length === slash || name === ".") throw layerFailure(path, "the root cannot be removed");
    this.#addEmpty(`${name.slice(0, slash)}${WHITEOUT}${name.slice(slash)}`);
  }

  /** Says that nothing of what lower layers have in the directory `path` is left. */
  addOpaque(path: string): void {
    const name = layerName(path, false);
    this.#addEmpty(name === "" || name === "." ? OPAQUE_WHITEOUT : `${name}/${OPAQUE_WHITEOUT}`);
  }

  finish(): void {
    this.#stream.write(TAR_END);
  }

  #firstName({ stat }: Place, name: string): string | undefined {
    if (stat.links < 2) return undefined;
    const key = `${stat.device}:${stat.inode}:${stat.inodeLow}`;
    const first = this.#names.get(key);
    if (first === undefined) this.#names.set(key, name);
    return first;
  }

  #ownerAndAttributes(place: Place, name: string): Pick<TarEntry, "uid" | "gid" | "xattrs"> {
    const { mapping, warn } = this.#options;
    const xattrs: TarEntry["xattrs"] = new Map();
    let said: Uint8Array | undefined;
    for (const { name: attribute, value } of attributesOf(place)) {
      if (HOST_ATTRIBUTES.has(attribute)) continue;
      if (attribute === ROOTLESS_XATTR && mapping.rootless) said = value;
      else if (value.length > 0) xattrs.set(attribute, value);
      else warn(`xattr{${name}} ignoring empty-valued xattr "${attribute}": disallowed by PAX standard`);
    }
    if (!mapping.rootless && xattrs.has(ROOTLESS_XATTR)) {
      warn(`suspicious filesystem: saw special rootless xattr ${ROOTLESS_XATTR} in non-rootless invocation`);
    }
    return { ...ownerInside(place.stat, mapping, said), xattrs };
  }

  #copy(place: Place, size: number): void {
    withContent(place, (fd) => {
      let left = size;
      while (left > 0) {
        const room = this.#stream.room();
        const count = read(fd, room, Math.min(room.length, left));
        if (count === 0) throw fileChanged(place.path);
        this.#stream.advance(count);
        left -= count;
      }
      if (read(fd, new Uint8Array(1)) > 0) throw fileChanged(place.path);
    });
    this.#stream.write(tarPadding(size));
  }

  #addEmpty(name: string): void {
    this.#stream.write(tarHeader(emptyFile(bytesOfString(name))));
  }
}
