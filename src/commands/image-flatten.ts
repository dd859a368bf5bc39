/** `image flatten`: the root file system of an image as one tar archive. */

import { withLayers } from "../bundle/image-layers.ts";
import { unpackableImage } from "../bundle/unpack-image.ts";
import { mergeLayers } from "../layer/merge-layers.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { rename, unlinkIfThere } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { randomHex } from "../linux/random.ts";
import { write } from "../linux/write.ts";
import { withLayout } from "../media/layout.ts";
import { Failure } from "../spec/failure.ts";
import type { Platform } from "../spec/image.ts";

const STANDARD_OUTPUT = 1;

export interface Flattened {
  /** Undefined for standard output. */
  readonly file: string | undefined;
  readonly bytes: number;
}

/** Writes the archive to a file, as a whole or not at all, or to standard output. @throws Failure */
export function flattenImage(
  image: { path: string; tag: string; platform: Platform | undefined },
  file: string | undefined,
): Flattened {
  return withLayout(image.path, (layout) => {
    const source = unpackableImage(layout, layout.resolve(image.tag, image.platform));
    let bytes = 0;
    const flatten = (fd: number) =>
      mergeLayers({
        withLayers: (work) => withLayers(source, 0, work),
        emit(piece) {
          write(fd, piece);
          bytes += piece.length;
        },
      });
    try {
      if (file === undefined) flatten(STANDARD_OUTPUT);
      else intoFile(file, flatten);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      throw new Failure("output_failed", `write ${file ?? "standard output"}: ${error.message}`, {
        cause: error,
      });
    }
    return { file, bytes };
  });
}

function intoFile(file: string, fill: (fd: number) => void): void {
  const temporary = `${file}.${randomHex(6)}`;
  const fd = open(temporary, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o666);
  try {
    fill(fd);
    rename(temporary, file);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  } finally {
    close(fd);
  }
}
