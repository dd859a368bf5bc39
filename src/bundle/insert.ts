/** A layer of files from outside: a file or a tree put at a path of the image, or a path taken away. */

import { byteString } from "../codec/byte-string.ts";
import { layerFailure } from "../layer/layer-name.ts";
import type { LayerStream } from "../layer/layer-stream.ts";
import { Packer, type PackOptions } from "../layer/pack.ts";
import { walkPlace } from "../layer/tree-walk.ts";
import { close } from "../linux/descriptor.ts";
import { O, open } from "../linux/open.ts";
import { encode } from "../linux/primitive.ts";
import { lstat, TYPE } from "../linux/stat.ts";

export interface Insertion {
  /** A path of this machine; undefined takes `target` away instead. */
  readonly source: string | undefined;
  /** A path in the image. */
  readonly target: string;
  /** Whether lower layers' content of `target` is hidden behind the source. */
  readonly opaque: boolean;
}

/** Writes the layer to `stream`. Throws `Failure`, LinuxError. */
export function insertInto(
  stream: LayerStream,
  { source, target, opaque }: Insertion,
  options: PackOptions,
): void {
  const packer = new Packer(stream, options);
  const at = byteString(encode(target));
  if (source === undefined) packer.addWhiteout(at);
  else {
    if (opaque) packer.addOpaque(at);
    addTree(packer, source, at);
  }
  packer.finish();
}

function addTree(packer: Packer, source: string, target: string): void {
  const { parent, name } = split(source);
  const dir = open(parent, O.RDONLY | O.DIRECTORY);
  try {
    const bytes = encode(`${name}\0`);
    const stat = lstat(bytes, dir);
    if ((stat.mode & TYPE.mask) !== TYPE.directory && /^\/*$/.test(target)) {
      throw layerFailure(target, "only a directory can be put at the root");
    }
    const enter = (place: Parameters<Packer["addFile"]>[1]) =>
      packer.addFile(place.path === "." ? target : `${target}/${place.path}`, place);
    walkPlace({ dir, name: bytes, path: ".", stat }, { enter, leave: () => undefined });
  } finally {
    close(dir);
  }
}

/** The directory that holds a path's last name, and the name. A path that ends in `.` or `..` is its own directory. */
function split(source: string): { parent: string; name: string } {
  const path = source.replace(/\/+$/, "");
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (name === "" || name === "." || name === "..") return { parent: source, name: "." };
  return { parent: slash < 0 ? "." : path.slice(0, slash + 1), name };
}
