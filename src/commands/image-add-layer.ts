/** `image raw add-layer`: a tar archive as a new layer of an image, byte for byte. */

import { addImageLayer, commitImage, readImage } from "../bundle/add-image-layer.ts";
import type { LayerStream } from "../layer/layer-stream.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { O, open } from "../linux/open.ts";
import { read } from "../linux/read.ts";
import { fstat, TYPE } from "../linux/stat.ts";
import { withLayout } from "../media/layout.ts";
import { historyEntry } from "../rules/image/history.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import type { LayerRequest } from "./image-insert.ts";
import { timeOrNow } from "./image-time.ts";

/** Makes the image and lets the new tag stand for it; returns the descriptor of its manifest. @throws Failure */
export function addLayerArchive(
  image: { path: string; tag: string },
  archive: string,
  { newTag, platform, compression, history, sourceDate }: LayerRequest,
): Descriptor {
  return withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, platform);
    const fd = openArchive(archive);
    try {
      const base = readImage(layout, walk);
      const { author } = base.config;
      const now = timeOrNow(sourceDate());
      const origin = { createdBy: "umoci raw add-layer", author, now, empty: false };
      const entry = history && historyEntry(history, origin);
      const fill = (stream: LayerStream) => copyAll(fd, stream);
      const changed = addImageLayer({ layout, image: base, compression, history: entry, fill });
      return commitImage(layout, newTag, walk, changed);
    } finally {
      close(fd);
    }
  });
}

function openArchive(path: string): number {
  let fd: number;
  try {
    fd = open(path, O.RDONLY);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    const said = error.code === "ENOENT" ? `open ${path}: no such file or directory` : error.message;
    throw new Failure("archive_unreadable", `open new layer archive: ${said}`, {
      hint: "Give a tar archive that is not compressed.",
      cause: error,
    });
  }
  if ((fstat(fd).mode & TYPE.mask) !== TYPE.directory) return fd;
  close(fd);
  throw new Failure("archive_directory", "new layer archive is a directory", {
    hint: "Give a tar archive; `image insert` makes a layer of a directory.",
  });
}

function copyAll(fd: number, stream: LayerStream): void {
  for (;;) {
    const room = stream.room();
    const count = read(fd, room);
    if (count === 0) return;
    stream.advance(count);
  }
}
