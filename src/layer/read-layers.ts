/** Reading the entries of an image's layers, each layer held against its digests, without writing a file. */

import { TarReader, type TarVisitor } from "../codec/tar/read.ts";
import { LinuxError } from "../linux/error.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import { type Layer, verifyLayer } from "./apply.ts";
import { openSource } from "./source.ts";

/** Calls the visitor that `visitorOf` gives for each layer by its number. Throws `Failure`. */
export function readLayers(layers: readonly Layer[], visitorOf: (layer: number) => TarVisitor): void {
  const source = openSource(
    layers.map(({ fd, descriptor: { size }, compression }) => ({ fd, size, compression })),
  );
  try {
    for (const [at, layer] of layers.entries()) {
      try {
        readLayer(source, layer, new TarReader(visitorOf(at)));
      } catch (error) {
        const what = `read layer ${layer.descriptor.digest}`;
        if (error instanceof Failure) throw failureWithin(what, error);
        if (error instanceof LinuxError)
          throw new Failure("layer_unreadable", `${what}: ${error.message}`, { cause: error });
        throw error;
      }
    }
  } finally {
    source.close();
  }
}

function readLayer(source: ReturnType<typeof openSource>, layer: Layer, reader: TarReader): void {
  for (;;) {
    const piece = source.next();
    if (piece === undefined) continue;
    if ("sums" in piece) {
      verifyLayer(layer, piece.sums);
      reader.finish();
      return;
    }
    reader.push(piece.bytes);
  }
}
